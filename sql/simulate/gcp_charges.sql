-- Commitment fees, promotions, corrections, tax and support of Google Cloud.
--
-- grain:  charge
-- reads:  simulated.charges
-- params:
WITH priced AS (
    SELECT
        *,
        kind = 'credit' AS is_credit,
        CASE WHEN kind = 'credit' THEN 0 ELSE billed / 1e10 END AS charged
    FROM simulated.charges
)

SELECT
    first_at AS usage_start_time,
    end_at AS usage_end_time,
    charged AS cost,
    charged AS cost_at_list,
    { 'id': service_code, 'description': service_name } AS service,
    {
        'id': substr(sha256(kind || service_code), 1, 14),
        'description': CASE
            WHEN commitment_id IS NULL THEN description
            ELSE commitment_name || ' Cpu in ' || region_name || ' for 3 Years'
        END
    } AS sku,
    CASE WHEN sub_account_id <> '' THEN {
        'id': sub_account_id,
        'number': (hash(sub_account_id) % 1000000000000)::VARCHAR,
        'name': sub_account_name,
        'labels': []::STRUCT(key VARCHAR, value VARCHAR)[],
        'ancestry_numbers': '/482915730164/'
    } END AS project,
    {
        'location': region_id,
        'country': NULL::VARCHAR,
        'region': nullif(region_id, 'global'),
        'zone': NULL::VARCHAR
    } AS location,
    { 'instance_id': commitment_id } AS subscription,
    {
        'amount': 1.0,
        'unit': 'requests',
        'amount_in_pricing_units': 1.0,
        'pricing_unit': 'count'
    } AS usage,
    CASE
        WHEN is_credit
            THEN
                [
                    {
                        'id': 'FreeTrial:Credit-01A2B3',
                        'full_name': description,
                        'name': description,
                        'type': 'PROMOTION',
                        'amount': billed / 1e10
                    }
                ]
        ELSE []
    END AS credits,
    CASE kind
        WHEN 'tax' THEN 'tax'
        WHEN 'refund' THEN 'adjustment'
        ELSE 'regular'
    END AS cost_type,
    CASE WHEN kind = 'refund' THEN {
        'id': substr(sha256(description), 1, 12),
        'description': description,
        'mode': 'PARTIAL_CORRECTION',
        'type': 'GOODWILL'
    } END AS adjustment_info
FROM priced
