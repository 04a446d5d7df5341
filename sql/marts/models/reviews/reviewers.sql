-- One row per customer who wrote a review: reviews, how many are positive, what the customer spent, the newest session.
WITH location AS (
    {{ latest(source('final_reviews', 'dim_location'), 'location_key') }}
),

device AS (
    {{ latest(source('final_reviews', 'dim_devices'), 'device_key') }}
),

reviewed AS (
    SELECT
        customer_id,
        sum(review_count) AS reviews,
        sum(review_score) AS positive_reviews
    FROM {{ source('final_reviews', 'fact_movie_analytics') }}
    GROUP BY customer_id
),

-- Summed up before it meets the reviews: beside each of them, a purchase would count as often as there are reviews.
spent AS (
    SELECT
        customer_id,
        sum(amount_spent) AS amount_spent
    FROM {{ source('final_reviews', 'fact_customer_spending') }}
    GROUP BY customer_id
),

sessions AS (
    SELECT
        customer_id,
        date_key,
        location_key,
        device_key,
        row_number() OVER (
            PARTITION BY customer_id
            ORDER BY date_key DESC, location_key, device_key, os_key, browser_key
        ) AS newest_first
    FROM {{ source('final_reviews', 'fact_movie_analytics') }}
)

SELECT
    reviewed.customer_id,
    calendar.date AS last_review_date,
    location.location,
    coalesce(location.census_region, 'Elsewhere') AS region,
    device.device,
    cast(reviewed.reviews AS bigint) AS reviews,
    cast(reviewed.positive_reviews AS bigint) AS positive_reviews,
    cast(coalesce(spent.amount_spent, 0) AS {{ var('spending') }}) AS amount_spent
FROM reviewed
INNER JOIN sessions
    ON reviewed.customer_id = sessions.customer_id AND sessions.newest_first = 1
INNER JOIN {{ source('final_reviews', 'dim_date') }} AS calendar
    ON sessions.date_key = calendar.date_key
INNER JOIN location
    ON sessions.location_key = location.location_key
INNER JOIN device
    ON sessions.device_key = device.device_key
LEFT JOIN spent
    ON reviewed.customer_id = spent.customer_id
