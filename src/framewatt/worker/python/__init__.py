"""The Python worker: `framewatt_worker` is put on the path of a framework's own interpreter."""
