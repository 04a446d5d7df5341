-- One row per customer among the ten who rented most: rentals and what was paid for them; the lower number wins a tie.
-- Plot: bar customer rentals
WITH per_customer AS (
    SELECT
        version.customer_id,
        COUNT(*) AS rentals,
        SUM(rental.amount) AS paid
    FROM fact_rental AS rental
    INNER JOIN dim_customer AS version
        ON rental.customer_key = version.customer_key
    WHERE version.customer_id <> 0
    GROUP BY version.customer_id
)

SELECT
    ROW_NUMBER() OVER (ORDER BY per_customer.rentals DESC, per_customer.customer_id) AS place,
    customer.customer_id,
    customer.full_name AS customer,
    customer.city,
    customer.country,
    per_customer.rentals,
    per_customer.paid
FROM per_customer
INNER JOIN dim_customer AS customer
    ON per_customer.customer_id = customer.customer_id AND customer.is_current
ORDER BY place
LIMIT 10
