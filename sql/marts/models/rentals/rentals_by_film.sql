-- One row per film, store and month in which anything was rented anywhere: rentals, zeros included.
WITH film AS (
    {{ latest(source('final_sakila', 'dim_film'), 'film_id') }}
),

counted AS (
    SELECT
        film_id,
        store_id,
        cast(date_trunc('month', rental_date) AS date) AS month_start_date,
        count(*) AS rentals
    FROM {{ ref('rentals') }}
    GROUP BY film_id, store_id, cast(date_trunc('month', rental_date) AS date)
),

months AS (
    SELECT DISTINCT month_start_date
    FROM counted
),

stores AS (
    SELECT DISTINCT store_id
    FROM counted
),

store AS (
    {{ latest(source('final_sakila', 'dim_store'), 'store_id') }}
)

SELECT
    months.month_start_date,
    film.film_id,
    film.title,
    film.category,
    cast(film.rental_rate AS {{ var('money') }}) AS rental_rate,
    stores.store_id,
    store.city AS store,
    coalesce(counted.rentals, 0) AS rentals
FROM film
CROSS JOIN months
CROSS JOIN stores
INNER JOIN store
    ON stores.store_id = store.store_id
LEFT JOIN counted
    ON
        film.film_id = counted.film_id
        AND stores.store_id = counted.store_id
        AND months.month_start_date = counted.month_start_date
WHERE film.film_id <> 0 OR counted.rentals > 0
