"""Every writing operation of the API, with the permission that it needs."""

OPERATIONS = [
    ("post", "garments/", "add_garment"),
    ("patch", "garments/{garment}/", "change_garment"),
    ("delete", "garments/{garment}/", "delete_garment"),
    ("post", "model-images/", "add_modelimage"),
    ("patch", "model-images/{photo}/", "change_modelimage"),
    ("delete", "model-images/{photo}/", "delete_modelimage"),
    ("patch", "hotspots/{hotspot}/", "change_hotspot"),
    ("post", "try-ons/", "add_tryonresult"),
    ("post", "try-ons/bulk/", "add_tryonresult"),
    ("post", "try-ons/estimate/", "add_tryonresult"),
    ("post", "try-ons/{try_on}/retry/", "add_tryonresult"),
    ("post", "try-ons/{try_on}/refine/", "add_tryonresult"),
    ("post", "try-ons/{try_on}/cancel/", "change_tryonresult"),
    ("post", "try-ons/{try_on}/approve/", "change_tryonresult"),
    ("post", "try-ons/{try_on}/reject/", "change_tryonresult"),
    ("post", "try-ons/{try_on}/publish/", "change_tryonresult"),
    ("post", "try-ons/{try_on}/unpublish/", "change_tryonresult"),
    ("post", "try-ons/{try_on}/find-clothes/", "add_clothesparse"),
    ("post", "model-images/{photo}/find-clothes/", "add_clothesparse"),
]
