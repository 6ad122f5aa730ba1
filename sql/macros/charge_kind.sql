-- What a charge is to people who watch costs: the kind of daily series it belongs to.
--
-- params: category, commitment_id, commitment_status, service, publisher_is_third, cost
--
-- cost is the smaller of billed and effective. Discounts that a provider writes as
-- lines of their own are no refunds: the mapping passes zero for them.
-- The order matters: a refunded tax is tax, a refunded support fee is a refund.
SELECT
    CASE
        WHEN $category = 'Tax' THEN 'tax'
        WHEN $category = 'Credit' THEN 'credit'
        WHEN $cost < 0 THEN 'refund'
        WHEN regexp_matches($service, '(?i)\bsupport\b') THEN 'support'
        WHEN $publisher_is_third THEN 'marketplace'
        WHEN $commitment_status = 'Unused' THEN 'commitment'
        WHEN $category = 'Usage' THEN 'usage'
        WHEN $commitment_id IS NOT NULL THEN 'commitment'
        ELSE 'fee'
    END
