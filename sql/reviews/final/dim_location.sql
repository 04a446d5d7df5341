-- One row per state or place, of the sessions delivered for a day.
WITH named AS (
    SELECT DISTINCT
        log.dt,
        log.location
    FROM stage_reviews.review_logs AS log
    WHERE log.location <> 'Unknown'
)

SELECT
    named.dt,
    member_key(named.location) AS location_key,
    named.location,
    census_region(named.location) AS census_region,
    census_division(named.location) AS census_division
FROM named
