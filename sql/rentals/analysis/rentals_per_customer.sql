-- One row per customer: rentals in all, of them still out or brought back late, and what was paid for them.
WITH per_version AS (
    -- Versions of customers are far fewer than rentals: counted first, each is looked up once.
    SELECT
        rental.customer_key,
        COUNT(*) AS rentals,
        COUNT(CASE WHEN rental.return_date_key IS NULL THEN 1 END) AS not_returned,
        COUNT(CASE WHEN rental.is_late THEN 1 END) AS late_returns,
        SUM(rental.amount) AS paid
    FROM fact_rental AS rental
    GROUP BY rental.customer_key
),

per_customer AS (
    SELECT
        version.customer_id,
        CAST(SUM(per_version.rentals) AS SIGNED) AS rentals,
        CAST(SUM(per_version.not_returned) AS SIGNED) AS not_returned,
        CAST(SUM(per_version.late_returns) AS SIGNED) AS late_returns,
        SUM(per_version.paid) AS paid
    FROM per_version
    INNER JOIN dim_customer AS version
        ON per_version.customer_key = version.customer_key
    GROUP BY version.customer_id
)

SELECT
    customer.customer_id,
    customer.full_name AS customer,
    COALESCE(per_customer.rentals, 0) AS rentals,
    COALESCE(per_customer.not_returned, 0) AS not_returned,
    COALESCE(per_customer.late_returns, 0) AS late_returns,
    COALESCE(per_customer.paid, 0) AS paid
FROM dim_customer AS customer
LEFT JOIN per_customer
    ON customer.customer_id = per_customer.customer_id
-- The Unknown customer is shown only when there are rentals that name nobody.
WHERE customer.is_current AND (customer.customer_id <> 0 OR per_customer.rentals > 0)
ORDER BY rentals DESC, customer.customer_id
