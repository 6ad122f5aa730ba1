-- Whether somebody other than the cloud made what was sold: a marketplace charge.
--
-- params: publisher, cloud
--
-- Known clouds only: with any other issuer a difference may just mean a reseller.
SELECT
    coalesce(
        CASE $cloud
            WHEN 'AWS' THEN NOT regexp_matches(lower($publisher), 'aws|amazon')
            WHEN
                'Microsoft'
                THEN NOT regexp_matches(lower($publisher), 'microsoft|azure')
            WHEN 'Google Cloud' THEN NOT regexp_matches(lower($publisher), 'google')
            WHEN 'Oracle' THEN NOT regexp_matches(lower($publisher), 'oracle')
        END,
        FALSE
    )
