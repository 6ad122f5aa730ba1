-- Lines of an Azure cost export with every column of the lake: days in ISO 8601, the
-- month whose bill they are on, and whose bill that is.
--
-- grain:  export line
-- reads:  raw.azure, the lines that $lines names
-- params: lines
--
-- Enterprise enrolments have numbers, and their exports name the enrolment a second
-- time as billing profile; under a customer agreement the billing profile gets the
-- bill. Pay-as-you-go exports know neither. Their billing periods may begin on any day,
-- but they are exported by the month: what does not begin on a first is left aside.
-- A purchase without a day is of the first of its period.
WITH lines AS (
    FROM raw.azure
    UNION ALL BY NAME
    FROM query_table($lines)
),

dated AS (
    SELECT
        * EXCLUDE (
            source, version, ActualCost, ActualQuantity, AmortisedCost, ActualExport,
            AmortisedExport
        ) REPLACE (
            coalesce(
                us_date(known(Date)),
                if(
                    lower(known(ChargeType)) IN ('purchase', 'refund'),
                    us_date(known(BillingPeriodStartDate)), NULL
                )
            ) AS Date,
            us_date(known(BillingPeriodStartDate)) AS BillingPeriodStartDate,
            us_date(known(BillingPeriodEndDate)) AS BillingPeriodEndDate,
            us_date(known(ServicePeriodStartDate)) AS ServicePeriodStartDate,
            us_date(known(ServicePeriodEndDate)) AS ServicePeriodEndDate
        )
    FROM lines
)

SELECT
    * REPLACE (
        if(
            BillingPeriodStartDate LIKE '____-__-01', BillingPeriodStartDate,
            left(Date, 7) || '-01'
        ) AS BillingMonth,
        if(
            regexp_matches(BillingAccountId, '^\s*\d+\s*$'), trim(BillingAccountId),
            coalesce(
                known(BillingProfileId), known(BillingAccountId), known(SubscriptionId)
            )
        ) AS BillingScope
    )
FROM dated
