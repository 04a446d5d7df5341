-- One row per member of staff and day, as captured for the day.
SELECT
    staff.dt,
    staff.staff_id,
    staff.first_name,
    staff.last_name,
    concat(staff.first_name, ' ', staff.last_name) AS full_name,
    staff.store_id,
    staff.active AS is_active,
    staff.captured_at
FROM stage_sakila.staff AS staff
