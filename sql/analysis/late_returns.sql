-- One row per month of rental and store: rentals, how many came back, how many of them late and by how long.
-- Plot: bar month late_returns store
WITH rented AS (
    SELECT
        calendar.year,
        calendar.month AS month_of_year,
        version.store_id,
        rental.return_date_key,
        rental.is_late,
        rental.rental_days - film.rental_duration AS days_late
    FROM fact_rental AS rental
    INNER JOIN dim_date AS calendar
        ON rental.rental_date_key = calendar.date_key
    INNER JOIN dim_store AS version
        ON rental.store_key = version.store_key
    INNER JOIN dim_film AS film
        ON rental.film_key = film.film_key
)

SELECT
    CONCAT(rented.year, '-', LPAD(rented.month_of_year, 2, '0')) AS month,
    rented.store_id,
    store.city AS store,
    COUNT(*) AS rentals,
    COUNT(rented.return_date_key) AS returned,
    COUNT(*) - COUNT(rented.return_date_key) AS not_returned,
    COUNT(CASE WHEN rented.is_late THEN 1 END) AS late_returns,
    ROUND(
        100 * COUNT(CASE WHEN rented.is_late THEN 1 END) / NULLIF(COUNT(rented.return_date_key), 0), 2
    ) AS late_percent,
    ROUND(AVG(CASE WHEN rented.is_late THEN rented.days_late END), 2) AS mean_days_late
FROM rented
INNER JOIN dim_store AS store
    ON rented.store_id = store.store_id AND store.is_current
GROUP BY rented.year, rented.month_of_year, rented.store_id, store.city
ORDER BY rented.year, rented.month_of_year, rented.store_id
