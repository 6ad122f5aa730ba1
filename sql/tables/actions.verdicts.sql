-- What the policy said of each recommendation; rows are only ever added.
CREATE TABLE IF NOT EXISTS actions.verdicts (
    verdict_id VARCHAR PRIMARY KEY,
    recommendation_id VARCHAR NOT NULL,
    decision VARCHAR NOT NULL CHECK (decision IN ('allow', 'needs_approval', 'deny')),
    reasons VARCHAR[] NOT NULL,
    dispatch_objections VARCHAR[] NOT NULL DEFAULT [],
    manifest_digest VARCHAR,
    policy_digest VARCHAR NOT NULL,
    judged_at TIMESTAMPTZ NOT NULL
);
COMMENT ON TABLE actions.verdicts IS 'Judgements; grain: judgement.';
COMMENT ON COLUMN actions.verdicts.verdict_id IS 'Stable id, derived from recommendation, manifest, policy digest, decision and the verdict before it.';
COMMENT ON COLUMN actions.verdicts.recommendation_id IS 'Recommendation judged.';
COMMENT ON COLUMN actions.verdicts.decision IS 'allow, needs_approval or deny.';
COMMENT ON COLUMN actions.verdicts.reasons IS 'Every objection, each one sentence; empty for allow.';
COMMENT ON COLUMN actions.verdicts.dispatch_objections IS 'What stands against submitting it today although it may be planned, e.g. execution is not switched on for the account.';
COMMENT ON COLUMN actions.verdicts.manifest_digest IS 'SHA-256 of the manifest that was judged; null where none could be built.';
COMMENT ON COLUMN actions.verdicts.policy_digest IS 'SHA-256 of the policy files and run limits that judged.';
COMMENT ON COLUMN actions.verdicts.judged_at IS 'When.';
