-- Argo Workflows written for recommendations.
CREATE TABLE IF NOT EXISTS actions.workflows (
    workflow_name VARCHAR PRIMARY KEY,
    recommendation_id VARCHAR NOT NULL,
    verdict_id VARCHAR NOT NULL,
    manifest_digest VARCHAR NOT NULL,
    manifest_path VARCHAR NOT NULL,
    namespace VARCHAR NOT NULL,
    phase VARCHAR NOT NULL,
    approved_by VARCHAR,
    planned_at TIMESTAMPTZ NOT NULL,
    submitted_at TIMESTAMPTZ,
    finished_at TIMESTAMPTZ,
    rollback_of VARCHAR
);
COMMENT ON TABLE actions.workflows IS 'Workflows; grain: workflow.';
COMMENT ON COLUMN actions.workflows.workflow_name IS 'Kubernetes name, derived from the recommendation.';
COMMENT ON COLUMN actions.workflows.recommendation_id IS 'Recommendation it carries out.';
COMMENT ON COLUMN actions.workflows.verdict_id IS 'Verdict that let it pass.';
COMMENT ON COLUMN actions.workflows.manifest_digest IS 'SHA-256 of the YAML.';
COMMENT ON COLUMN actions.workflows.manifest_path IS 'Where the YAML lies.';
COMMENT ON COLUMN actions.workflows.namespace IS 'Kubernetes namespace.';
COMMENT ON COLUMN actions.workflows.phase IS 'Planned, AwaitingApproval, Withdrawn, then Argo''s own phases.';
COMMENT ON COLUMN actions.workflows.approved_by IS 'Who approved it, if approval was needed.';
COMMENT ON COLUMN actions.workflows.planned_at IS 'When the manifest was written.';
COMMENT ON COLUMN actions.workflows.submitted_at IS 'When it was given to Argo.';
COMMENT ON COLUMN actions.workflows.finished_at IS 'When Argo finished it.';
COMMENT ON COLUMN actions.workflows.rollback_of IS 'Workflow that it undoes, if it is a rollback.';
