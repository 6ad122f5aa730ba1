-- Usage lines as an Azure enterprise agreement's cost export has them.
--
-- grain:  line × part of the day
-- reads:  simulated.known, simulated.slots, simulated.meters
-- params: is_amortised
--
-- The actual export shows reserved usage at no cost, the amortised one at its share of
-- the reservation.
WITH lines AS (
    SELECT
        m.*,
        k.is_covered,
        s.start_at,
        k.quantity // m.hours
        + (s.part - m.opens < k.quantity % m.hours)::BIGINT AS units,
        100 - m.discount_pct AS net_pct,
        k.price * m.price_unit AS list_price,
        k.price * net_pct AS net_price,
        k.effective_price * 100 AS covered_price
    FROM simulated.known AS k
    INNER JOIN simulated.slots AS s ON k.day = s.day
    INNER JOIN simulated.meters AS m
        ON k.meter = m.meter AND s.part BETWEEN m.opens AND m.opens + m.hours - 1
),

priced AS (
    SELECT
        *,
        CASE
            WHEN NOT is_covered THEN net_price
            WHEN $is_amortised THEN covered_price
            ELSE 0
        END AS paid_price
    FROM lines
)

SELECT
    sub_account_id AS SubscriptionId,
    sub_account_name AS SubscriptionName,
    region_id AS ResourceLocationNormalized,
    service_name AS MeterCategory,
    sku_id AS MeterId,
    region_name AS MeterRegion,
    unit AS UnitOfMeasure,
    service_code AS ConsumedService,
    resource_id AS ResourceId,
    resource_name AS ResourceName,
    'Usage' AS ChargeType,
    'UsageBased' AS Frequency,
    'Azure' AS PublisherType,
    'Microsoft' AS PublisherName,
    service_category AS ServiceFamily,
    lower(split_part(resource_id, '/', 5)) AS ResourceGroup,
    replace(region_name, ' ', '') AS ResourceLocation,
    strftime(start_at, '%m/%d/%Y') AS Date,
    service_name || ' - ' || usage_type || ' - ' || region_name AS ProductName,
    split_part(usage_type, ':', 1) AS MeterSubCategory,
    coalesce(machine, usage_type) AS MeterName,
    units * quantity_unit * 0.00000001 AS Quantity,
    paid_price * price_unit * 0.0000000001 AS EffectivePrice,
    units * paid_price * 0.0000000001 AS CostInBillingCurrency,
    trim(tags_json, '{}') AS Tags,
    CASE WHEN kind = 'instance' THEN json_object('ServiceType', machine) END
        AS AdditionalInfo,
    CASE WHEN is_covered THEN split_part(commitment_id, '/', -1) END AS ReservationId,
    CASE WHEN is_covered THEN commitment_name END AS ReservationName,
    CASE WHEN is_covered THEN commitment_id END AS benefitId,
    CASE WHEN is_covered THEN commitment_name END AS benefitName,
    CASE WHEN is_covered THEN '36' END AS Term,
    list_price * net_pct * 0.0000000001 AS UnitPrice,
    list_price * 0.00000001 AS PayGPrice,
    CASE WHEN is_covered THEN 'Reservation' ELSE 'OnDemand' END AS PricingModel
FROM priced
