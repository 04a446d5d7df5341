-- One row per customer and day, as captured for the day.
SELECT
    customer.dt,
    customer.customer_id,
    customer.first_name,
    customer.last_name,
    concat(customer.first_name, ' ', customer.last_name) AS full_name,
    customer.active AS is_active,
    cast(customer.create_date AS DATE) AS signup_date,
    customer.store_id,
    address.district,
    city.city,
    country.country,
    greatest(
        customer.captured_at, address.captured_at, city.captured_at, country.captured_at
    ) AS captured_at
FROM stage_sakila.customer AS customer
LEFT JOIN stage_sakila.address AS address
    ON customer.dt = address.dt AND customer.address_id = address.address_id
LEFT JOIN stage_sakila.city AS city
    ON address.dt = city.dt AND address.city_id = city.city_id
LEFT JOIN stage_sakila.country AS country
    ON city.dt = country.dt AND city.country_id = country.country_id
