-- What a line of an AWS report costs after discounts that only a column states.
--
-- params: cost, discount, line_type, is_elsewhere
--
-- Without net columns the sum of a line's discounts is all that tells of them. A
-- discount makes any amount smaller, a refund too, whatever its sign is. Lines that a
-- commitment covers show an on-demand cost that nobody pays, so nothing is taken off.
-- Nor is it where other lines tell of the same discount, see raw/aws_repeats.
SELECT
    CASE
        WHEN $is_elsewhere AND $line_type LIKE '%Discount' THEN 0
        WHEN
            $is_elsewhere OR $discount IS NULL
            OR list_contains(
                [
                    'DiscountedUsage', 'SavingsPlanCoveredUsage', 'SavingsPlanNegation'
                ], $line_type
            )
            THEN $cost
        WHEN $cost < 0 THEN $cost + abs($discount)
        ELSE $cost - abs($discount)
    END
