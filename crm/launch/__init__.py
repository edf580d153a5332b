"""`manage.py up`, `down` and `test`: the servers, and the processes that run the product on one machine."""
