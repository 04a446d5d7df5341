-- One row per month and store: payments made in the month for copies that the store owns (a rental not known: Unknown).
-- Plot: bar month revenue store
WITH per_day AS (
    -- Counted before days and stores are looked up.
    SELECT
        payment.payment_date_key,
        rental.store_key,
        COUNT(*) AS payments,
        SUM(payment.amount) AS revenue
    FROM fact_payment AS payment
    LEFT JOIN fact_rental AS rental
        ON payment.rental_id = rental.rental_id
    GROUP BY payment.payment_date_key, rental.store_key
),

paid AS (
    SELECT
        calendar.year,
        calendar.month AS month_of_year,
        COALESCE(version.store_id, 0) AS store_id,
        per_day.payments,
        per_day.revenue
    FROM per_day
    INNER JOIN dim_date AS calendar
        ON per_day.payment_date_key = calendar.date_key
    LEFT JOIN dim_store AS version
        ON per_day.store_key = version.store_key
)

SELECT
    CONCAT(paid.year, '-', LPAD(paid.month_of_year, 2, '0')) AS month,
    paid.store_id,
    COALESCE(store.city, 'Unknown') AS store,
    CAST(SUM(paid.payments) AS SIGNED) AS payments,
    SUM(paid.revenue) AS revenue
FROM paid
LEFT JOIN dim_store AS store
    ON paid.store_id = store.store_id AND store.is_current
GROUP BY paid.year, paid.month_of_year, paid.store_id, store.city
ORDER BY paid.year, paid.month_of_year, paid.store_id
