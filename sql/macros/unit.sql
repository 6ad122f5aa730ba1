-- A unit of measure as FOCUS writes it; units that are no time or storage stay.
--
-- params: x
SELECT
    CASE known($x)
        WHEN 'Hrs' THEN 'Hours'
        WHEN 'hrs' THEN 'Hours'
        WHEN 'Hour' THEN 'Hours'
        WHEN 'hours' THEN 'Hours'
        WHEN 'hour' THEN 'Hours'
        WHEN 'GB-Mo' THEN 'GB-Months'
        WHEN 'GB-month' THEN 'GB-Months'
        WHEN 'IOPS-Mo' THEN 'IOPS-Months'
        WHEN 'days' THEN 'Days'
        WHEN 'Terabytes' THEN 'TB'
        WHEN 'DPU-Hour' THEN 'DPU-Hours'
        WHEN 'second' THEN 'Seconds'
        WHEN 'seconds' THEN 'Seconds'
        ELSE known($x)
    END
