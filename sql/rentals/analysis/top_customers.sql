-- One row per customer among the ten who rented most: rentals and what was paid for them; the lower number wins a tie.
-- Plot: bar customer rentals
WITH per_version AS (
    -- Versions of customers are far fewer than rentals: counted first, each is looked up once.
    SELECT
        rental.customer_key,
        COUNT(*) AS rentals,
        SUM(rental.amount) AS paid
    FROM fact_rental AS rental
    GROUP BY rental.customer_key
),

per_customer AS (
    SELECT
        version.customer_id,
        CAST(SUM(per_version.rentals) AS SIGNED) AS rentals,
        SUM(per_version.paid) AS paid
    FROM per_version
    INNER JOIN dim_customer AS version
        ON per_version.customer_key = version.customer_key
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
