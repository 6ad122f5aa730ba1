-- Every column of an OCI cost report that the mapping reads, so that those which a report
-- lacks become null. It never holds rows.
CREATE TABLE IF NOT EXISTS raw.oci_cost (
    line_item_reference_no VARCHAR,
    line_item_tenant_id VARCHAR,
    line_item_interval_usage_start VARCHAR,
    line_item_interval_usage_end VARCHAR,
    line_item_is_correction VARCHAR,
    line_item_backreference_no VARCHAR,
    product_service VARCHAR,
    product_compartment_id VARCHAR,
    product_compartment_name VARCHAR,
    product_region VARCHAR,
    product_availability_domain VARCHAR,
    product_resource_id VARCHAR,
    product_description VARCHAR,
    usage_billed_quantity DECIMAL(38, 18),
    usage_billed_quantity_overage DECIMAL(38, 18),
    cost_subscription_id VARCHAR,
    cost_product_sku VARCHAR,
    cost_unit_price DECIMAL(38, 18),
    cost_unit_price_overage DECIMAL(38, 18),
    cost_my_cost DECIMAL(38, 18),
    cost_my_cost_overage DECIMAL(38, 18),
    cost_currency_code VARCHAR,
    cost_billing_unit_readable VARCHAR,
    cost_sku_unit_description VARCHAR,
    cost_overage_flag VARCHAR,
    "tags/Oracle-Tags.CreatedBy" VARCHAR
);
COMMENT ON TABLE raw.oci_cost IS 'Columns of OCI cost reports, always empty.';
COMMENT ON COLUMN raw.oci_cost.line_item_reference_no IS 'Id of the line.';
COMMENT ON COLUMN raw.oci_cost.line_item_tenant_id IS 'Tenancy.';
COMMENT ON COLUMN raw.oci_cost.line_item_interval_usage_start IS 'Begin of the usage, UTC.';
COMMENT ON COLUMN raw.oci_cost.line_item_interval_usage_end IS 'End of the usage, UTC.';
COMMENT ON COLUMN raw.oci_cost.line_item_is_correction IS 'Whether the line corrects another.';
COMMENT ON COLUMN raw.oci_cost.line_item_backreference_no IS 'Id of the line that it corrects.';
COMMENT ON COLUMN raw.oci_cost.product_service IS 'Service.';
COMMENT ON COLUMN raw.oci_cost.product_compartment_id IS 'Compartment.';
COMMENT ON COLUMN raw.oci_cost.product_compartment_name IS 'Its name.';
COMMENT ON COLUMN raw.oci_cost.product_region IS 'Region.';
COMMENT ON COLUMN raw.oci_cost.product_availability_domain IS 'Availability domain.';
COMMENT ON COLUMN raw.oci_cost.product_resource_id IS 'Resource.';
COMMENT ON COLUMN raw.oci_cost.product_description IS 'What was sold.';
COMMENT ON COLUMN raw.oci_cost.usage_billed_quantity IS 'Quantity that is charged for.';
COMMENT ON COLUMN raw.oci_cost.usage_billed_quantity_overage IS 'What of it went beyond the commitment.';
COMMENT ON COLUMN raw.oci_cost.cost_subscription_id IS 'Subscription that pays.';
COMMENT ON COLUMN raw.oci_cost.cost_product_sku IS 'Part number.';
COMMENT ON COLUMN raw.oci_cost.cost_unit_price IS 'Price of a unit.';
COMMENT ON COLUMN raw.oci_cost.cost_unit_price_overage IS 'Price of a unit beyond the commitment.';
COMMENT ON COLUMN raw.oci_cost.cost_my_cost IS 'Cost at the price of the contract.';
COMMENT ON COLUMN raw.oci_cost.cost_my_cost_overage IS 'What of it went beyond the commitment.';
COMMENT ON COLUMN raw.oci_cost.cost_currency_code IS 'ISO 4217 code.';
COMMENT ON COLUMN raw.oci_cost.cost_billing_unit_readable IS 'Unit, at length.';
COMMENT ON COLUMN raw.oci_cost.cost_sku_unit_description IS 'Unit.';
COMMENT ON COLUMN raw.oci_cost.cost_overage_flag IS 'Whether it went beyond the commitment.';
COMMENT ON COLUMN raw.oci_cost."tags/Oracle-Tags.CreatedBy" IS 'A tag; each report has others.';
