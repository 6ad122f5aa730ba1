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
        k.quantity // s.parts + (s.part < k.quantity % s.parts)::BIGINT AS units,
        100 - m.discount_pct AS net_pct,
        k.price * m.price_unit AS list_price,
        CASE
            WHEN NOT k.is_covered THEN units * k.price * net_pct
            WHEN $is_amortised THEN units * k.effective_price * 100
            ELSE 0
        END AS cost,
        CASE
            WHEN NOT k.is_covered THEN list_price * net_pct
            WHEN $is_amortised THEN k.effective_price * m.price_unit * 100
            ELSE 0
        END AS effective_price
    FROM simulated.known AS k
    INNER JOIN simulated.slots AS s ON k.day = s.day
    INNER JOIN simulated.meters AS m ON k.meter = m.meter
)

SELECT
    sub_account_id AS SubscriptionId,
    sub_account_name AS SubscriptionName,
    lower(split_part(resource_id, '/', 5)) AS ResourceGroup,
    replace(region_name, ' ', '') AS ResourceLocation,
    region_id AS ResourceLocationNormalized,
    strftime(start_at, '%m/%d/%Y') AS Date,
    service_name || ' - ' || usage_type || ' - ' || region_name AS ProductName,
    service_name AS MeterCategory,
    split_part(usage_type, ':', 1) AS MeterSubCategory,
    sku_id AS MeterId,
    coalesce(machine, usage_type) AS MeterName,
    region_name AS MeterRegion,
    unit AS UnitOfMeasure,
    units * quantity_unit * 0.00000001 AS Quantity,
    effective_price * 0.0000000001 AS EffectivePrice,
    cost * 0.0000000001 AS CostInBillingCurrency,
    service_code AS ConsumedService,
    resource_id AS ResourceId,
    resource_name AS ResourceName,
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
    'Usage' AS ChargeType,
    'UsageBased' AS Frequency,
    CASE WHEN is_covered THEN 'Reservation' ELSE 'OnDemand' END AS PricingModel,
    'Azure' AS PublisherType,
    'Microsoft' AS PublisherName,
    service_category AS ServiceFamily
FROM lines
