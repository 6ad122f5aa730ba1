-- The sum of the discounts in a line's map of discounts; null where there are none.
--
-- params: discounts
--
-- The map also holds other facts of a discount, under keys that end otherwise.
SELECT
    list_sum(
        list_transform(
            map_entries(pairs($discounts)),
            LAMBDA entry: CASE
                WHEN entry['key'] ILIKE '%discount' AND entry['key'] NOT ILIKE '%total%'
                    THEN try_cast(entry['value'] AS DECIMAL(38, 18))
            END
        )
    )
