-- Usage lines of the detailed billing export of Google Cloud, with its nesting.
--
-- grain:  line × part of the day
-- reads:  simulated.gcp_lines
-- params:
--
-- A resource commitment is a credit that takes the whole cost of covered usage away.
SELECT
    start_at AS usage_start_time,
    end_at AS usage_end_time,
    cost,
    export_time,
    'regular' AS cost_type,
    { 'id': service_code, 'description': service_name } AS service,
    { 'id': sku_id, 'description': usage_type || ' running in ' || region_name } AS sku,
    {
        'id': sub_account_id,
        'number': (hash(sub_account_id) % 1000000000000)::VARCHAR,
        'name': sub_account_name,
        'labels': []::STRUCT(key VARCHAR, value VARCHAR)[],
        'ancestry_numbers': '/482915730164/'
    } AS project,
    list_transform(
        list_zip(tag_keys, tag_values), LAMBDA t: { 'key': t[1], 'value': t[2] }
    ) AS labels,
    CASE
        WHEN kind = 'instance'
            THEN [{ 'key': 'compute.googleapis.com/machine_spec', 'value': machine }]
        ELSE []
    END AS system_labels,
    {
        'location': coalesce(zone, region_id),
        'country': CASE WHEN region_id LIKE 'europe-west3%' THEN 'DE' END,
        'region': nullif(region_id, 'global'),
        'zone': zone
    } AS location,
    { 'name': resource_name, 'global_name': resource_id } AS resource,
    {
        'effective_price': (list_price * net_pct * 0.0000000001)::VARCHAR,
        'tier_start_amount': '0',
        'unit': unit,
        'pricing_unit_quantity': '1',
        'list_price': (list_price * 0.00000001)::VARCHAR
    } AS price,
    list_cost / 1e8 AS cost_at_list,
    {
        'amount': quantity,
        'unit': unit,
        'amount_in_pricing_units': quantity,
        'pricing_unit': unit
    } AS usage,
    CASE
        WHEN is_covered
            THEN
                [
                    {
                        'id': commitment_id,
                        'full_name': commitment_name || ' in ' || region_name,
                        'name': commitment_name,
                        'type': 'COMMITTED_USAGE_DISCOUNT',
                        'amount': -cost
                    }
                ]
        ELSE []
    END AS credits,
    CASE WHEN is_correction THEN {
        'id': substr(sha256(resource_id || start_at), 1, 12),
        'description': 'Usage was reported too high',
        'mode': 'PARTIAL_CORRECTION',
        'type': 'USAGE_CORRECTION'
    } END AS adjustment_info
FROM simulated.gcp_lines
