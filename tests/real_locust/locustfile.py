import os

from locust import HttpUser, constant, task


class Customer(HttpUser):
    wait_time = constant(0.1)

    @task
    def browse(self):
        self.client.get(os.environ.get("SHOP_PATH", "/"))
