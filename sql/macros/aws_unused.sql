-- What a savings plan's fee line leaves unused of the commitment, after discounts.
--
-- params: total, used, recurring, net_recurring, upfront, net_upfront, fee, net_fee
--
-- AWS states what was committed and used before discounts only. The unused part is
-- discounted as the fee is: by its recurring and amortised shares, else by its cost.
-- Twelve decimals, because a share is a quotient and AWS states ten.
SELECT
    (
        coalesce($total, 0) - coalesce($used, 0)
        - CASE
            WHEN
                coalesce($recurring, 0) + coalesce($upfront, 0) > 0
                AND coalesce($net_recurring, $net_upfront) IS NOT NULL
                THEN
                    (
                        coalesce($recurring - $net_recurring, 0)
                        + coalesce($upfront - $net_upfront, 0)
                    )::DOUBLE / (coalesce($recurring, 0) + coalesce($upfront, 0))
                    * (coalesce($total, 0) - coalesce($used, 0))
            WHEN $fee > 0
                THEN
                    coalesce($fee - $net_fee, 0)::DOUBLE / $fee
                    * (coalesce($total, 0) - coalesce($used, 0))
            ELSE 0
        END::DECIMAL(38, 12)
    )::DECIMAL(38, 18)
