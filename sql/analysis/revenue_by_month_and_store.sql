-- One row per month and store: payments made in the month for copies that the store owns (a rental not known: Unknown).
-- Plot: bar month revenue store
WITH paid AS (
    SELECT
        payment.amount,
        calendar.year,
        calendar.month AS month_of_year,
        COALESCE(version.store_id, 0) AS store_id
    FROM fact_payment AS payment
    INNER JOIN dim_date AS calendar
        ON payment.payment_date_key = calendar.date_key
    LEFT JOIN fact_rental AS rental
        ON payment.rental_id = rental.rental_id
    LEFT JOIN dim_store AS version
        ON rental.store_key = version.store_key
)

SELECT
    CONCAT(paid.year, '-', LPAD(paid.month_of_year, 2, '0')) AS month,
    paid.store_id,
    COALESCE(store.city, 'Unknown') AS store,
    COUNT(*) AS payments,
    SUM(paid.amount) AS revenue
FROM paid
LEFT JOIN dim_store AS store
    ON paid.store_id = store.store_id AND store.is_current
GROUP BY paid.year, paid.month_of_year, paid.store_id, store.city
ORDER BY paid.year, paid.month_of_year, paid.store_id
