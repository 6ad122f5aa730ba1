-- What a provider's codes of products are called, learned from the first bill that says.
CREATE TABLE IF NOT EXISTS bills.product_names (
    provider VARCHAR NOT NULL,
    product_code VARCHAR NOT NULL,
    product_name VARCHAR NOT NULL,
    PRIMARY KEY (provider, product_code)
);
COMMENT ON TABLE bills.product_names IS 'Names of products, learned from bills; grain: provider × product code.';
COMMENT ON COLUMN bills.product_names.provider IS 'FOCUS ServiceProviderName.';
COMMENT ON COLUMN bills.product_names.product_code IS 'The provider''s own code, e.g. AmazonEC2.';
COMMENT ON COLUMN bills.product_names.product_name IS 'The name that the first bill with that code gave it: later names would tear series apart.';
