-- Every column of Google's billing export that the mapping reads, so that those which a
-- file lacks become null. It never holds rows.
CREATE TABLE IF NOT EXISTS raw.gcp_billing (
    billing_account_id VARCHAR,
    service_id VARCHAR,
    service_description VARCHAR,
    sku_id VARCHAR,
    sku_description VARCHAR,
    usage_start_time TIMESTAMP,
    usage_end_time TIMESTAMP,
    project_id VARCHAR,
    project_number VARCHAR,
    project_name VARCHAR,
    project_labels STRUCT("key" VARCHAR, "value" VARCHAR)[],
    project_ancestry_numbers VARCHAR,
    labels STRUCT("key" VARCHAR, "value" VARCHAR)[],
    system_labels STRUCT("key" VARCHAR, "value" VARCHAR)[],
    tags STRUCT("key" VARCHAR, "value" VARCHAR, inherited VARCHAR, namespace VARCHAR)[],
    location_location VARCHAR,
    location_country VARCHAR,
    location_region VARCHAR,
    location_zone VARCHAR,
    resource_name VARCHAR,
    resource_global_name VARCHAR,
    price_effective_price DECIMAL(38, 18),
    price_tier_start_amount DECIMAL(38, 18),
    price_pricing_unit_quantity DECIMAL(38, 18),
    price_list_price DECIMAL(38, 18),
    subscription_instance_id VARCHAR,
    transaction_type VARCHAR,
    seller_name VARCHAR,
    cost DECIMAL(38, 18),
    currency VARCHAR,
    currency_conversion_rate DECIMAL(38, 18),
    usage_amount DECIMAL(38, 18),
    usage_unit VARCHAR,
    usage_amount_in_pricing_units DECIMAL(38, 18),
    usage_pricing_unit VARCHAR,
    credits STRUCT(id VARCHAR, full_name VARCHAR, "name" VARCHAR, "type" VARCHAR, amount DECIMAL(38, 18))[],
    invoice_month VARCHAR,
    invoice_publisher_type VARCHAR,
    cost_type VARCHAR,
    adjustment_info_id VARCHAR,
    adjustment_info_description VARCHAR,
    adjustment_info_mode VARCHAR,
    adjustment_info_type VARCHAR,
    export_time TIMESTAMP,
    cost_at_list DECIMAL(38, 18),
    cost_at_effective_price_default DECIMAL(38, 18),
    cost_at_list_consumption_model DECIMAL(38, 18),
    consumption_model_id VARCHAR,
    consumption_model_description VARCHAR
);
COMMENT ON TABLE raw.gcp_billing IS 'Columns of Google Cloud''s standard and detailed billing export, always empty.';
COMMENT ON COLUMN raw.gcp_billing.billing_account_id IS 'Billing account.';
COMMENT ON COLUMN raw.gcp_billing.service_id IS 'Id of the service.';
COMMENT ON COLUMN raw.gcp_billing.service_description IS 'Name of the service.';
COMMENT ON COLUMN raw.gcp_billing.sku_id IS 'Id of what was sold.';
COMMENT ON COLUMN raw.gcp_billing.sku_description IS 'Its name.';
COMMENT ON COLUMN raw.gcp_billing.usage_start_time IS 'Begin of the usage, UTC.';
COMMENT ON COLUMN raw.gcp_billing.usage_end_time IS 'End of the usage, UTC.';
COMMENT ON COLUMN raw.gcp_billing.project_id IS 'Project; null for charges to the whole account.';
COMMENT ON COLUMN raw.gcp_billing.project_number IS 'Its number.';
COMMENT ON COLUMN raw.gcp_billing.project_name IS 'Its name.';
COMMENT ON COLUMN raw.gcp_billing.project_labels IS 'Its labels.';
COMMENT ON COLUMN raw.gcp_billing.project_ancestry_numbers IS 'Folders and organisation above it.';
COMMENT ON COLUMN raw.gcp_billing.labels IS 'Labels of the resource.';
COMMENT ON COLUMN raw.gcp_billing.system_labels IS 'Labels that Google gives.';
COMMENT ON COLUMN raw.gcp_billing.tags IS 'Tags, those that are inherited too.';
COMMENT ON COLUMN raw.gcp_billing.location_location IS 'Region, zone or multi-region.';
COMMENT ON COLUMN raw.gcp_billing.location_country IS 'Country.';
COMMENT ON COLUMN raw.gcp_billing.location_region IS 'Region; null where several.';
COMMENT ON COLUMN raw.gcp_billing.location_zone IS 'Zone.';
COMMENT ON COLUMN raw.gcp_billing.resource_name IS 'Name of the resource; detailed export only.';
COMMENT ON COLUMN raw.gcp_billing.resource_global_name IS 'Its name everywhere; detailed export only.';
COMMENT ON COLUMN raw.gcp_billing.price_effective_price IS 'Price that was charged, for so many units as a price is for.';
COMMENT ON COLUMN raw.gcp_billing.price_tier_start_amount IS 'Quantity from which the price applies.';
COMMENT ON COLUMN raw.gcp_billing.price_pricing_unit_quantity IS 'How many units the price is for.';
COMMENT ON COLUMN raw.gcp_billing.price_list_price IS 'Public price.';
COMMENT ON COLUMN raw.gcp_billing.subscription_instance_id IS 'Commitment or subscription that the row is for.';
COMMENT ON COLUMN raw.gcp_billing.transaction_type IS 'Whether Google sells its own or for somebody else.';
COMMENT ON COLUMN raw.gcp_billing.seller_name IS 'Who sells.';
COMMENT ON COLUMN raw.gcp_billing.cost IS 'Cost before credits, in the currency.';
COMMENT ON COLUMN raw.gcp_billing.currency IS 'Billing currency.';
COMMENT ON COLUMN raw.gcp_billing.currency_conversion_rate IS 'Units of the currency for one US dollar.';
COMMENT ON COLUMN raw.gcp_billing.usage_amount IS 'Quantity used.';
COMMENT ON COLUMN raw.gcp_billing.usage_unit IS 'Its unit.';
COMMENT ON COLUMN raw.gcp_billing.usage_amount_in_pricing_units IS 'Quantity priced.';
COMMENT ON COLUMN raw.gcp_billing.usage_pricing_unit IS 'Its unit.';
COMMENT ON COLUMN raw.gcp_billing.credits IS 'What is taken off the cost, as negative amounts.';
COMMENT ON COLUMN raw.gcp_billing.invoice_month IS 'First day of the invoice month, which is one in California.';
COMMENT ON COLUMN raw.gcp_billing.invoice_publisher_type IS 'GOOGLE or PARTNER.';
COMMENT ON COLUMN raw.gcp_billing.cost_type IS 'regular, tax, adjustment or rounding_error.';
COMMENT ON COLUMN raw.gcp_billing.adjustment_info_id IS 'Adjustment that the row belongs to.';
COMMENT ON COLUMN raw.gcp_billing.adjustment_info_description IS 'Why it was made.';
COMMENT ON COLUMN raw.gcp_billing.adjustment_info_mode IS 'How it was made.';
COMMENT ON COLUMN raw.gcp_billing.adjustment_info_type IS 'What it corrects.';
COMMENT ON COLUMN raw.gcp_billing.export_time IS 'When the row was added to the table, UTC.';
COMMENT ON COLUMN raw.gcp_billing.cost_at_list IS 'Cost at public prices.';
COMMENT ON COLUMN raw.gcp_billing.cost_at_effective_price_default IS 'Cost at the account''s prices without a consumption model.';
COMMENT ON COLUMN raw.gcp_billing.cost_at_list_consumption_model IS 'Cost at the public prices of the consumption model.';
COMMENT ON COLUMN raw.gcp_billing.consumption_model_id IS 'Price model, such as that of a commitment.';
COMMENT ON COLUMN raw.gcp_billing.consumption_model_description IS 'Its name.';
