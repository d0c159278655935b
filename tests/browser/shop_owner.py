"""A person who makes and publishes one picture in the admin, by what is written on its pages."""

from __future__ import annotations

import re

from tests.new_project import PASSWORD, PATIENCE


class ShopOwner:
    def __init__(self, page: object, address: str) -> None:
        self.page, self._address = page, address
        page.set_default_timeout(PATIENCE * 1000)

    def log_in(self) -> None:
        self.page.goto(f"{self._address}/admin/")
        self.page.get_by_label("Username").fill("admin")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Log in").click()

    def open_list(self, name: str) -> None:
        self.page.goto(f"{self._address}/admin/")
        self.page.locator("#content").get_by_role("link", name=name, exact=True).click()

    def save(self) -> None:
        self.page.get_by_role("button", name="Save", exact=True).click()

    def add_product(self, **fields: str) -> None:
        self.open_list("Products")
        self.page.get_by_role("link", name=re.compile("Add product", re.IGNORECASE)).last.click()
        for name, text in fields.items():
            self.page.fill(f"[name={name}]", text)
        self.save()

    def choose_product(self, garment: str, product: str) -> None:
        self.open_list("Garments")
        self.page.locator("#result_list").get_by_text(garment, exact=True).click()
        self.page.locator(".field-product .select2-selection").click()
        self.page.get_by_role("option", name=product).click()
        self.save()

    def order(self, garment: str, photo: str) -> None:
        self.open_list("Garments")
        self.page.locator("tr", has_text=garment).locator(".action-select").check()
        self.page.select_option("[name=action]", label="Try on…")
        self.page.get_by_role("button", name=re.compile("Go|Run")).click()
        self.page.get_by_label(photo).check()
        self.page.locator("#outfit-make").click()

    def publish_when_ready(self) -> None:
        self.page.wait_for_selector("#outfit-progress[data-open='0']")
        self.page.get_by_role("button", name="Publish", exact=True).click()
        self.page.wait_for_selector(".messagelist .success")
