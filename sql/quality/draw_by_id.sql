-- One draw. Reads quality.draw.
SELECT *
FROM quality.draw
WHERE draw_id = :draw_id;
