-- One row per month of rental, store and category: rentals, how many came back, how many of them late and by how long.
WITH store AS (
    {{ latest(source('final_sakila', 'dim_store'), 'store_id') }}
),

counted AS (
    SELECT
        cast(date_trunc('month', rental_date) AS date) AS month_start_date,
        store_id,
        category,
        count(*) AS rentals,
        count(return_date) AS returned,
        count(CASE WHEN is_late THEN 1 END) AS late_returns,
        coalesce(sum(days_late), 0) AS days_late
    FROM {{ ref('rentals') }}
    GROUP BY cast(date_trunc('month', rental_date) AS date), store_id, category
)

SELECT
    counted.month_start_date,
    counted.store_id,
    store.city AS store,
    counted.category,
    counted.rentals,
    counted.returned,
    counted.rentals - counted.returned AS not_returned,
    counted.late_returns,
    cast(counted.days_late AS bigint) AS days_late
FROM counted
INNER JOIN store
    ON counted.store_id = store.store_id
