-- One row per ride, on the day it began.
SELECT
    ride.dt,
    ride.ride_id,
    year(ride.dt) * 10000 + month(ride.dt) * 100 + day(ride.dt) AS ride_date_key,
    coalesce(ride.station_id, 0) AS station_id,
    ride.ride_at
FROM stage_bikes.ride AS ride
