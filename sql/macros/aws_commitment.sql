-- The savings plan or reservation that an AWS line belongs to, or null.
--
-- params: plan, legacy_plan, reservation, legacy_reservation
--
-- Its own macro, so that a branch that few lines take need not look for all lines.
SELECT
    coalesce(
        known($plan), known($legacy_plan),
        known($reservation), known($legacy_reservation)
    )
