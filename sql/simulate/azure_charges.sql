-- Reservations, marketplace, support and refunds as an Azure cost export has them.
--
-- grain:  charge
-- reads:  simulated.charges
-- params: is_amortised
--
-- The actual export has the purchase of a reservation, the amortised one its unused
-- part; everything else is in both.
WITH wanted AS (
    SELECT
        *,
        commitment_id IS NOT NULL AS is_reservation
    FROM simulated.charges
    WHERE commitment_id IS NULL OR NOT $is_amortised OR unused > 0
)

SELECT
    sub_account_id AS SubscriptionId,
    sub_account_name AS SubscriptionName,
    CASE WHEN region_id <> 'global' THEN replace(region_name, ' ', '') END
        AS ResourceLocation,
    nullif(region_id, 'global') AS ResourceLocationNormalized,
    strftime(first_at, '%m/%d/%Y') AS Date,
    description AS ProductName,
    service_name AS MeterCategory,
    '1' AS UnitOfMeasure,
    1 AS Quantity,
    CASE WHEN is_reservation AND $is_amortised THEN unused ELSE billed END
    * 0.0000000001 AS EffectivePrice,
    EffectivePrice AS CostInBillingCurrency,
    EffectivePrice AS UnitPrice,
    CASE WHEN is_reservation THEN 'Microsoft.Capacity' ELSE service_code END
        AS ConsumedService,
    commitment_id AS ResourceId,
    split_part(commitment_id, '/', -1) AS ReservationId,
    commitment_name AS ReservationName,
    commitment_id AS benefitId,
    commitment_name AS benefitName,
    CASE WHEN is_reservation THEN '36' END AS Term,
    CASE
        WHEN is_reservation AND $is_amortised THEN 'UnusedReservation'
        WHEN kind = 'refund' THEN 'Refund'
        ELSE 'Purchase'
    END AS ChargeType,
    CASE WHEN kind = 'refund' THEN 'OneTime' ELSE 'Recurring' END AS Frequency,
    CASE WHEN is_reservation THEN 'Reservation' ELSE 'OnDemand' END AS PricingModel,
    CASE WHEN kind = 'marketplace' THEN 'Marketplace' ELSE 'Azure' END AS PublisherType,
    publisher AS PublisherName,
    service_category AS ServiceFamily
FROM wanted
