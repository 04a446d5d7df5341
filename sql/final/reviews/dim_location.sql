-- One row per state or place, of the sessions delivered for a day.
SELECT DISTINCT
    log.dt,
    member_key(log.location) AS location_key,
    log.location,
    census_region(log.location) AS census_region,
    census_division(log.location) AS census_division
FROM stage_reviews.review_logs AS log
WHERE log.location <> 'Unknown'
