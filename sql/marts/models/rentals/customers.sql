-- One row per customer (the Unknown one when rentals name nobody): rentals, late returns, and what was paid for them.
WITH customer AS (
    {{ latest(source('final_sakila', 'dim_customer'), 'customer_id') }}
),

rented AS (
    SELECT
        customer_id,
        count(*) AS rentals,
        count(CASE WHEN return_date IS NULL THEN 1 END) AS not_returned,
        count(CASE WHEN is_late THEN 1 END) AS late_returns,
        sum(amount) AS paid,
        min(rental_date) AS first_rental_date,
        max(rental_date) AS last_rental_date
    FROM {{ ref('rentals') }}
    GROUP BY customer_id
)

SELECT
    customer.customer_id,
    customer.full_name AS customer,
    customer.city,
    customer.country,
    customer.is_active,
    customer.signup_date,
    row_number() OVER (ORDER BY coalesce(rented.rentals, 0) DESC, customer.customer_id) AS place,
    coalesce(rented.rentals, 0) AS rentals,
    coalesce(rented.not_returned, 0) AS not_returned,
    coalesce(rented.late_returns, 0) AS late_returns,
    cast(coalesce(rented.paid, 0) AS {{ var('money') }}) AS paid,
    rented.first_rental_date,
    rented.last_rental_date
FROM customer
LEFT JOIN rented
    ON customer.customer_id = rented.customer_id
WHERE customer.customer_id <> 0 OR rented.rentals > 0
