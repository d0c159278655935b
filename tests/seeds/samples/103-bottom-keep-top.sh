curl --location 'https://dashscope.aliyuncs.com/api/v1/services/aigc/image2image/image-synthesis/' \
--header 'X-DashScope-Async: enable' \
--header "Authorization: Bearer $DASHSCOPE_API_KEY" \
--header 'Content-Type: application/json' \
--data '{
    "model": "aitryon-plus",
    "input": {
        "person_image_url": "https://help-static-aliyun-doc.aliyuncs.com/file-manage-files/20250626/ubznva/model_person.png",
        "top_garment_url": "画像セグメンテーション API の出力から得られた画像 URL",
        "bottom_garment_url": "https://help-static-aliyun-doc.aliyuncs.com/file-manage-files/20250626/rchumi/pants.jpeg"     
    },
    "parameters": {
        "resolution": -1,
        "restore_face": true
    }
 }'
