-- Anomalies, newest revision of each.
CREATE TABLE IF NOT EXISTS findings.anomalies (
    anomaly_id VARCHAR PRIMARY KEY,
    revision INTEGER NOT NULL,
    status VARCHAR NOT NULL CHECK (status IN ('provisional', 'confirmed', 'resolved', 'retracted')),
    kind VARCHAR NOT NULL CHECK (kind IN (
        'spike', 'level_shift', 'drift', 'drop', 'new_scope', 'pattern_break', 'price_change', 'commitment'
    )),
    direction VARCHAR NOT NULL CHECK (direction IN ('up', 'down')),
    provider VARCHAR,
    billing_account_id VARCHAR,
    sub_account_id VARCHAR,
    service_name VARCHAR,
    region_id VARCHAR,
    resource_id VARCHAR,
    charge_kind VARCHAR NOT NULL,
    first_date DATE NOT NULL,
    last_date DATE NOT NULL,
    detected_at TIMESTAMPTZ NOT NULL,
    known_at TIMESTAMPTZ NOT NULL,
    billing_currency VARCHAR NOT NULL,
    actual_cost DECIMAL(38, 18) NOT NULL,
    expected_cost DECIMAL(38, 18) NOT NULL,
    expected_low DECIMAL(38, 18) NOT NULL,
    expected_high DECIMAL(38, 18) NOT NULL,
    impact DECIMAL(38, 18) NOT NULL,
    impact_pct DOUBLE,
    score DOUBLE NOT NULL,
    p_value DOUBLE,
    severity VARCHAR NOT NULL,
    detector VARCHAR NOT NULL,
    explanation VARCHAR,
    rolled_up VARCHAR[] NOT NULL DEFAULT [],
    lasting_cost DECIMAL(38, 18),
    spread_over INTEGER,
    moved_from STRUCT(sub_account_id VARCHAR, service_name VARCHAR, region_id VARCHAR),
    moved_cost DECIMAL(38, 18),
    tag_key VARCHAR,
    tag_value VARCHAR
);
COMMENT ON TABLE findings.anomalies IS 'Anomalies; grain: anomaly, newest revision.';
COMMENT ON COLUMN findings.anomalies.anomaly_id IS 'Stable id, derived from the scope and the first day.';
COMMENT ON COLUMN findings.anomalies.revision IS 'Counts the changes, from 1.';
COMMENT ON COLUMN findings.anomalies.status IS 'provisional while the bill still arrives, confirmed, resolved when it ended, retracted when the bill took it back or somebody called it a false alarm.';
COMMENT ON COLUMN findings.anomalies.kind IS 'Shape of the deviation.';
COMMENT ON COLUMN findings.anomalies.direction IS 'up: cost more than expected; down: less. Of costs that moved it is up, for the scope that they moved to.';
COMMENT ON COLUMN findings.anomalies.provider IS 'Scope: provider. Null in a scope column means all below.';
COMMENT ON COLUMN findings.anomalies.billing_account_id IS 'Scope: billing account.';
COMMENT ON COLUMN findings.anomalies.sub_account_id IS 'Scope: sub account.';
COMMENT ON COLUMN findings.anomalies.service_name IS 'Scope: service.';
COMMENT ON COLUMN findings.anomalies.region_id IS 'Scope: region.';
COMMENT ON COLUMN findings.anomalies.resource_id IS 'Scope: resource; null = all below.';
COMMENT ON COLUMN findings.anomalies.charge_kind IS 'Scope: charge kind of the series.';
COMMENT ON COLUMN findings.anomalies.first_date IS 'First anomalous day.';
COMMENT ON COLUMN findings.anomalies.last_date IS 'Last anomalous day so far.';
COMMENT ON COLUMN findings.anomalies.detected_at IS 'When revision 1 was found.';
COMMENT ON COLUMN findings.anomalies.known_at IS 'Newest knowledge that this revision rests on.';
COMMENT ON COLUMN findings.anomalies.billing_currency IS 'ISO 4217 code of every amount here.';
COMMENT ON COLUMN findings.anomalies.actual_cost IS 'Effective cost over the anomalous days.';
COMMENT ON COLUMN findings.anomalies.expected_cost IS 'Expected cost over the same days.';
COMMENT ON COLUMN findings.anomalies.expected_low IS 'Lower end of the expected band, summed over the days.';
COMMENT ON COLUMN findings.anomalies.expected_high IS 'Upper end of the expected band, summed over the days.';
COMMENT ON COLUMN findings.anomalies.impact IS 'actual_cost − expected_cost.';
COMMENT ON COLUMN findings.anomalies.impact_pct IS 'Impact in percent of expected_cost; null where nothing was expected.';
COMMENT ON COLUMN findings.anomalies.score IS 'Largest absolute score of its days.';
COMMENT ON COLUMN findings.anomalies.p_value IS 'Share of quiet days that are as odd, by the rarest of its days and series; null where a series is too young to tell.';
COMMENT ON COLUMN findings.anomalies.severity IS 'low, medium, high or critical, by impact.';
COMMENT ON COLUMN findings.anomalies.detector IS 'Detectors that agreed, comma separated.';
COMMENT ON COLUMN findings.anomalies.explanation IS 'One plain sentence.';
COMMENT ON COLUMN findings.anomalies.rolled_up IS 'Scope columns over which it was merged: null there means all below; null elsewhere means that the bill names none.';
COMMENT ON COLUMN findings.anomalies.lasting_cost IS 'Resolved since it became normal: what a day costs more, or less, than before it; null while it is open, and where costs went back.';
COMMENT ON COLUMN findings.anomalies.spread_over IS 'Only the sum of many series stands out: how many of them moved that way; else null.';
COMMENT ON COLUMN findings.anomalies.moved_from IS 'Costs moved to the scope from this place, of the same provider and billing account and with the same columns rolled up: its costs fell as those of the scope rose. Amounts are then of both places together. Else null.';
COMMENT ON COLUMN findings.anomalies.moved_cost IS 'By how much less was spent in moved_from; null where nothing moved.';
COMMENT ON COLUMN findings.anomalies.tag_key IS 'It is about the part of the scope with one value of this tag, or without the tag; null where it is about all of it.';
COMMENT ON COLUMN findings.anomalies.tag_value IS 'That value; with tag_key set, null means what has no such tag.';
