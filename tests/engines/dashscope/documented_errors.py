"""Errors that the API documents or was seen to return, and their meaning in this app."""

from __future__ import annotations

from django_outfitanyone.exceptions import (
    AccountProblem,
    InputRejected,
    ModelGone,
    ServerFault,
    Throttled,
)

DOCUMENTED = [
    (401, "InvalidApiKey", "Invalid API-key provided.", AccountProblem, "account"),
    (401, "InvalidApiKey", "No API-key provided.", AccountProblem, "account"),
    (
        400,
        "Arrearage",
        "Access denied, please make sure your account is in good standing.",
        AccountProblem,
        "account",
    ),
    # pictures and fields
    (
        400,
        "InvalidParameter",
        (
            "The request is missing required parameters or in a wrong format, please check the "
            "parameters that you send."
        ),
        InputRejected,
        "developer",
    ),
    (
        400,
        "InvalidParameter",
        "Download the media resource timed out during the data inspection process.",
        ServerFault,
        "developer",
    ),
    # the same errors as the Plus reference prints them in Japanese
    (
        400,
        "InvalidParameter",
        "データ検査プロセス中にメディアリソースのダウンロードがタイムアウトしました。",
        ServerFault,
        "developer",
    ),
    (
        400,
        "InvalidParameter",
        (
            "リクエストに必須パラメーターがないか、フォーマットが正しくありません。"
            "リクエストのパラメーターを確認してください。"
        ),
        InputRejected,
        "developer",
    ),
    (
        400,
        "InvalidURL",
        (
            "リクエスト URL が無効です。URL が利用可能で、イメージフォーマットが JPEG、JPG、PNG、"
            "BMP、WEBP のいずれかであることを確認してください。"
        ),
        InputRejected,
        "shop",
    ),
    (
        400,
        "InvalidPerson",
        (
            "入力イメージに人物が含まれていないか、複数の人物が含まれています。"
            "人物が 1 人だけ含まれているイメージをアップロードしてください。"
        ),
        InputRejected,
        "shop",
    ),
    (
        400,
        "InvalidGarment",
        "服装イメージがありません。少なくともトップスまたはボトムスのイメージを提供してください。",
        InputRejected,
        "shop",
    ),
    (
        400,
        "InvalidInputLength",
        (
            "イメージ解像度が無効です。イメージの長辺が 4096 ピクセル未満、短辺が 150 ピクセル超、"
            "ファイルサイズが 5 KB から 5 MB の間であることを確認してください。"
        ),
        InputRejected,
        "shop",
    ),
    # and in Chinese
    (400, "InvalidParameter.DataInspection", "下载媒体资源超时", ServerFault, "developer"),
    (
        400,
        "InvalidParameter.DataInspection",
        "Unable to download the media resource during the data inspection process.",
        ServerFault,
        "developer",
    ),
    (
        400,
        "InvalidParameter",
        "Failed to find the requested media resource during the data inspection process.",
        InputRejected,
        "developer",
    ),
    (
        400,
        "InvalidParameter.DataInspection",
        "Failed to decode the image during the data inspection.",
        InputRejected,
        "shop",
    ),
    (
        400,
        "InvalidParameter",
        "Don't have authorization to access the media resource during the data inspection process.",
        InputRejected,
        "developer",
    ),
    (
        400,
        "InvalidParameter.DataInspection",
        "The media format is not supported or incorrect for the data inspection.",
        InputRejected,
        "shop",
    ),
    (
        400,
        "InvalidParameter",
        "Required parameter(xxx) missing or invalid, please check the request parameters.",
        InputRejected,
        "developer",
    ),
    (
        400,
        "InvalidParameter",
        "Request method 'GET' is not supported.",
        InputRejected,
        "developer",
    ),
    (400, "InvalidParameter", "url error, please check url！", InputRejected, "developer"),
    (400, "InvalidParameter", "Model not exist.", ModelGone, "developer"),
    (
        400,
        "InvalidParameter",
        "The size of person image and coarse_image are not the same.",
        InputRejected,
        "shop",
    ),
    (
        400,
        "InvalidParameter.ClothesType",
        "The request parameter is invalid, please check the request parameter.",
        InputRejected,
        "developer",
    ),
    (
        400,
        "invalid_parameter_error",
        (
            "InternalError.Algo.InvalidParameter: The provided URL does not appear to be valid. "
            "Ensure it is correctly formatted."
        ),
        InputRejected,
        "developer",
    ),
    (400, "InvalidURL", "The request URL is invalid, please check …", InputRejected, "shop"),
    (400, "InvalidURL.ConnectionRefused", "", InputRejected, "developer"),
    (400, "InvalidURL.Timeout", "", ServerFault, "developer"),
    (400, "InvalidPerson", "The input image has no human body …", InputRejected, "shop"),
    (400, "InvalidGarment", "Missing clothing image.Please input …", InputRejected, "shop"),
    (400, "InvalidInputLength", "The image resolution is invalid, …", InputRejected, "shop"),
    (
        400,
        "BadRequest.EmptyInput",
        "Required input parameter missing …",
        InputRejected,
        "developer",
    ),
    (400, "BadRequest.EmptyParameters", "", InputRejected, "developer"),
    (400, "BadRequest.EmptyModel", "", InputRejected, "developer"),
    (400, "BadRequest.IllegalInput", "", InputRejected, "developer"),
    (400, "BadRequest.InputDownloadFailed", "", InputRejected, "developer"),
    (415, "BadRequest.UnsupportedFileFormat", "", InputRejected, "shop"),
    (413, "BadRequest.TooLarge", "Payload Too Large.", InputRejected, "shop"),
    (
        400,
        "DataInspectionFailed",
        "Input or output data may contain inappropriate content.",
        InputRejected,
        "shop",
    ),
    (400, "IPInfringementSuspect", "", InputRejected, "shop"),
    (400, "UnsupportedOperation", "Failed to cancel the task, …", InputRejected, "nobody"),
    # permissions and models
    (
        403,
        "AccessDenied",
        "current user api does not support synchronous calls.",
        InputRejected,
        "developer",
    ),
    (
        403,
        "AccessDenied",
        "Current user api does not support asynchronous calls.",
        InputRejected,
        "developer",
    ),
    (403, "AccessDenied", "Access denied.", AccountProblem, "account"),
    (403, "AccessDenied", "Invalid according to Policy: Policy expired.", ServerFault, "nobody"),
    (403, "AccessDenied.Unpurchased", "", AccountProblem, "account"),
    (403, "Model.AccessDenied", "", AccountProblem, "account"),
    (403, "Workspace.AccessDenied", "", AccountProblem, "account"),
    (403, "Endpoint.AccessDenied", "Workspace endpoint access denied.", ModelGone, "developer"),
    (403, "AllocationQuota.FreeTierOnly", "", AccountProblem, "account"),
    (404, "ModelNotFound", "Model can not be found.", ModelGone, "developer"),
    (404, "WorkSpaceNotFound", "", AccountProblem, "account"),
    (404, "NotFound", "Not found!", AccountProblem, "developer"),
    # too much at once, or not paid
    (429, "Throttling", "Requests throttling triggered.", Throttled, "nobody"),
    (429, "Throttling.RateQuota", "Requests rate limit exceeded, …", Throttled, "nobody"),
    (429, "Throttling.BurstRate", "Request rate increased too quickly. …", Throttled, "nobody"),
    (
        429,
        "Throttling.AllocationQuota",
        "Allocated quota exceeded, please increase your quota limit.",
        Throttled,
        "nobody",
    ),
    (
        429,
        "Throttling.AllocationQuota",
        "Free allocated quota exceeded.",
        AccountProblem,
        "account",
    ),
    (429, "CommodityNotPurchased", "", AccountProblem, "account"),
    (429, "PrepaidBillOverdue", "", AccountProblem, "account"),
    (429, "PostpaidBillOverdue", "", AccountProblem, "account"),
    # the API's own faults
    (500, "InternalError", "An internal error has occured, …", ServerFault, "nobody"),
    (500, "InternalError.Algo", "", ServerFault, "nobody"),
    (500, "InternalError.Timeout", "", ServerFault, "nobody"),
    (500, "InternalError.Upload", "Failed to upload result.", ServerFault, "nobody"),
    (500, "InternalError.FileUpload", "oss upload error.", ServerFault, "nobody"),
    (500, "SystemError", "", ServerFault, "nobody"),
    (500, "ModelServiceFailed", "", ServerFault, "nobody"),
    (500, "ModelServingError", "", ServerFault, "nobody"),
    (
        503,
        "ModelServingError",
        (
            "Too many requests. Your requests are being throttled due to system capacity limits. "
            "Please try again later."
        ),
        Throttled,
        "nobody",
    ),
    (
        503,
        "ModelUnavailable",
        "Model is unavailable, please try again later.",
        ServerFault,
        "nobody",
    ),
    (503, "ServiceUnavailable", "", ServerFault, "nobody"),
    (408, "RequestTimeOut", "", ServerFault, "nobody"),
    (500, "RequestTimeOut", "", ServerFault, "nobody"),
    # the object storage
    (409, "FileAlreadyExists", "The object you specified already exists …", ServerFault, "nobody"),
    (403, "SignatureDoesNotMatch", "The request signature …", InputRejected, "developer"),
    (
        403,
        "AccessDenied",
        "Invalid according to Policy: Policy Condition failed: …",
        InputRejected,
        "developer",
    ),
    (400, "EntityTooLarge", "Your proposed upload exceeds …", InputRejected, "shop"),
    (400, "InvalidArgument", "The bucket POST must contain …", InputRejected, "developer"),
]
"""HTTP status, code, message, exception of this app, who can fix it."""
