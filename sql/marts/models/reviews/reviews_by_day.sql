-- One row per day of writing, location, kind of device, operating system and browser: reviews, how many are positive.
WITH location AS (
    {{ latest(source('final_reviews', 'dim_location'), 'location_key') }}
),

device AS (
    {{ latest(source('final_reviews', 'dim_devices'), 'device_key') }}
),

os AS (
    {{ latest(source('final_reviews', 'dim_os'), 'os_key') }}
),

browser AS (
    {{ latest(source('final_reviews', 'dim_browser'), 'browser_key') }}
)

SELECT
    calendar.date,
    CASE calendar.season WHEN 'Winter' THEN 1 WHEN 'Spring' THEN 2 WHEN 'Summer' THEN 3 ELSE 4 END AS season_number,
    calendar.season,
    location.location,
    coalesce(location.census_region, 'Elsewhere') AS region,
    CASE
        WHEN location.census_region IN ('Northeast', 'South') THEN 'East'
        ELSE coalesce(location.census_region, 'Elsewhere')
    END AS side,
    device.device,
    os.os,
    CASE WHEN os.is_apple THEN 'Apple' ELSE 'Others' END AS maker,
    browser.browser,
    cast(sum(fact.review_count) AS bigint) AS reviews,
    cast(sum(fact.review_score) AS bigint) AS positive_reviews
FROM {{ source('final_reviews', 'fact_movie_analytics') }} AS fact
INNER JOIN {{ source('final_reviews', 'dim_date') }} AS calendar
    ON fact.date_key = calendar.date_key
INNER JOIN location
    ON fact.location_key = location.location_key
INNER JOIN device
    ON fact.device_key = device.device_key
INNER JOIN os
    ON fact.os_key = os.os_key
INNER JOIN browser
    ON fact.browser_key = browser.browser_key
GROUP BY
    calendar.date,
    calendar.season,
    location.location,
    location.census_region,
    device.device,
    os.os,
    os.is_apple,
    browser.browser
