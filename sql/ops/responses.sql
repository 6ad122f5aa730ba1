-- What came of events that called for a response, newest first.
--
-- grain:  event
-- reads:  ops.responses
-- params: subject
--
-- An empty $subject asks for all; else for those that begin with it.
SELECT
    finished_at,
    event_type,
    subject,
    revision,
    outcome,
    detail,
    resources,
    recommendations,
    opened,
    withdrawn,
    allowed,
    needs_approval,
    denied,
    workflows,
    place,
    event_id
FROM ops.responses
WHERE starts_with(subject, $subject)
ORDER BY finished_at DESC, event_id ASC
