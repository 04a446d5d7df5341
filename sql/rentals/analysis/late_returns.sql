-- One row per month of rental and store: rentals, how many came back, how many of them late and by how long.
-- Plot: bar month late_returns store
WITH per_film AS (
    -- Counted before films and stores are looked up, each of which is then looked up once a month.
    SELECT
        rental.rental_date_key DIV 100 AS month_key,
        rental.store_key,
        rental.film_key,
        COUNT(*) AS rentals,
        COUNT(rental.return_date_key) AS returned,
        COUNT(CASE WHEN rental.is_late THEN 1 END) AS late_returns,
        SUM(CASE WHEN rental.is_late THEN rental.rental_days END) AS days_out_of_late
    FROM fact_rental AS rental
    GROUP BY month_key, rental.store_key, rental.film_key
),

per_store AS (
    SELECT
        per_film.month_key,
        version.store_id,
        CAST(SUM(per_film.rentals) AS SIGNED) AS rentals,
        CAST(SUM(per_film.returned) AS SIGNED) AS returned,
        CAST(SUM(per_film.late_returns) AS SIGNED) AS late_returns,
        SUM(per_film.days_out_of_late - per_film.late_returns * film.rental_duration) AS days_late
    FROM per_film
    INNER JOIN dim_store AS version
        ON per_film.store_key = version.store_key
    INNER JOIN dim_film AS film
        ON per_film.film_key = film.film_key
    GROUP BY per_film.month_key, version.store_id
)

SELECT
    CONCAT(per_store.month_key DIV 100, '-', LPAD(per_store.month_key MOD 100, 2, '0')) AS month,
    per_store.store_id,
    store.city AS store,
    per_store.rentals,
    per_store.returned,
    per_store.rentals - per_store.returned AS not_returned,
    per_store.late_returns,
    ROUND(100 * per_store.late_returns / NULLIF(per_store.returned, 0), 2) AS late_percent,
    ROUND(per_store.days_late / NULLIF(per_store.late_returns, 0), 2) AS mean_days_late
FROM per_store
INNER JOIN dim_store AS store
    ON per_store.store_id = store.store_id AND store.is_current
ORDER BY per_store.month_key, per_store.store_id
