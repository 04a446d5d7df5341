-- One row per store and day, as captured for the day.
SELECT
    store.dt,
    store.store_id,
    -- Joined by ||, so that a manager of whom nothing is known is no name at all, and not a blank one.
    coalesce(manager.first_name || ' ' || manager.last_name, 'Unknown') AS manager_name,
    address.district,
    city.city,
    country.country,
    greatest(
        store.captured_at,
        manager.captured_at,
        address.captured_at,
        city.captured_at,
        country.captured_at
    ) AS captured_at
FROM stage_sakila.store AS store
LEFT JOIN stage_sakila.staff AS manager
    ON store.dt = manager.dt AND store.manager_staff_id = manager.staff_id
LEFT JOIN stage_sakila.address AS address
    ON store.dt = address.dt AND store.address_id = address.address_id
LEFT JOIN stage_sakila.city AS city
    ON address.dt = city.dt AND address.city_id = city.city_id
LEFT JOIN stage_sakila.country AS country
    ON city.dt = country.dt AND city.country_id = country.country_id
