-- Mutes that hold at a moment, the first to end first.
--
-- grain:  mute_id
-- reads:  ops.mutes
-- params: at
SELECT
    mute_id,
    provider,
    billing_account_id,
    sub_account_id,
    service_name,
    region_id,
    until_date,
    author,
    reason,
    created_at,
    ends_at
FROM ops.mutes
WHERE created_at <= $at::TIMESTAMPTZ AND ends_at > $at::TIMESTAMPTZ
ORDER BY ends_at, mute_id
