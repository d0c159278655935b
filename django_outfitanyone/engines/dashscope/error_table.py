"""What the API's errors mean and who can fix them: one row for each kind.

The first row whose criteria all match is used; the last row matches everything. To add a
case, add a row and a test.
"""

from __future__ import annotations

from django_outfitanyone.engines.error_kind import NO_CODE, TASK_GONE, ErrorKind
from django_outfitanyone.engines.error_kind import gettext_noop as _
from django_outfitanyone.engines.errors import GATEWAY_TIMEOUT, HTTP_THROTTLED, NO_USABLE_ANSWER
from django_outfitanyone.exceptions import (
    AccountProblem,
    ForeignAnswer,
    InputRejected,
    ModelGone,
    OutcomeUnknown,
    RequestNotSent,
    ServerFault,
    TaskGone,
    Throttled,
)

ERRORS = (
    # Our own words
    ErrorKind(
        label="not-sent",
        error=RequestNotSent,
        codes=(RequestNotSent.code,),
        statuses=(None,),
        fixed_by="developer",
        help=_(
            "Nothing was sent and nothing was paid; the request will be retried. If this "
            "continues, check BASE_URL, the server's network, DNS and proxy, and whether the "
            "sandbox is running if you use it."
        ),
    ),
    ErrorKind(
        label="outcome-unknown",
        error=OutcomeUnknown,
        codes=(OutcomeUnknown.code,),
        statuses=(None,),
        fixed_by="shop",
        help=_(
            "The request may have arrived. Check the task list of that minute before you retry, "
            "because a second request is paid for again."
        ),
    ),
    NO_USABLE_ANSWER,
    ErrorKind(
        label="task-gone",
        error=TaskGone,
        codes=(TASK_GONE,),
        fixed_by="shop",
        help=_("The API deletes tasks after 24 hours; request the picture again."),
    ),
    # Timeouts
    ErrorKind(
        label="timeout",
        error=ServerFault,
        codes=("RequestTimeOut", "InternalError.Timeout"),
        may_have_arrived=True,
        fixed_by="nobody",
        help=_("The API took too long; retry later."),
    ),
    GATEWAY_TIMEOUT,
    # The model and the account
    ErrorKind(
        label="model-gone",
        error=ModelGone,
        codes=("Endpoint.AccessDenied", "ModelNotFound"),
        fixed_by="developer",
        help=_(
            "The API no longer offers this model to this key (its end was announced for "
            "10 October 2026). Choose another model or engine in the settings."
        ),
    ),
    ErrorKind(
        label="model-unknown",
        error=ModelGone,
        says=("model not exist",),
        fixed_by="developer",
        help=_("The API does not know this model. Choose another model or engine in the settings."),
    ),
    ErrorKind(
        label="free-quota-used-up",
        error=AccountProblem,
        says=("free allocated quota exceeded",),
        fixed_by="account",
        help=_("The free quota is used up; enable paid use of this model."),
    ),
    ErrorKind(
        label="free-quota-only",
        error=AccountProblem,
        codes=("AllocationQuota.FreeTierOnly",),
        fixed_by="account",
        help=_("The account is limited to the free quota, which is used up; remove this limit."),
    ),
    ErrorKind(
        label="unpaid",
        error=AccountProblem,
        codes=("Arrearage", "PrepaidBillOverdue", "PostpaidBillOverdue"),
        fixed_by="account",
        help=_("A bill is overdue; pay it in the Alibaba Cloud console."),
    ),
    ErrorKind(
        label="not-purchased",
        error=AccountProblem,
        codes=("CommodityNotPurchased", "AccessDenied.Unpurchased"),
        fixed_by="account",
        help=_("Activate Model Studio for this account in the Alibaba Cloud console."),
    ),
    ErrorKind(
        label="key-not-permitted",
        error=AccountProblem,
        codes=("Model.AccessDenied", "Workspace.AccessDenied", "WorkSpaceNotFound"),
        fixed_by="account",
        help=_("Give the key's workspace access to this model, or correct the workspace setting."),
    ),
    ErrorKind(
        label="key-refused",
        error=AccountProblem,
        codes=("InvalidApiKey",),
        fixed_by="account",
        help=_("Check the API key, and that it belongs to the API's region (Beijing)."),
    ),
    # Requests of the wrong form
    ErrorKind(
        label="wrong-mode",
        error=InputRejected,
        codes=("AccessDenied",),
        says=("support synchronous calls", "support asynchronous calls"),
        fixed_by="developer",
        help=_("This model does not accept this kind of request; check the model's name."),
    ),
    ErrorKind(
        label="upload-permit-expired",
        error=ServerFault,
        codes=("AccessDenied",),
        says=("policy expired",),
        fixed_by="nobody",
        help=_("The upload permit expired before the picture was sent; retry."),
    ),
    ErrorKind(
        label="upload-condition-failed",
        error=InputRejected,
        codes=("AccessDenied",),
        says=("according to policy",),
        fixed_by="developer",
        help=_("The object storage refused the upload; report this error."),
    ),
    ErrorKind(
        label="upload-refused",
        error=InputRejected,
        codes=("SignatureDoesNotMatch", "InvalidAccessKeyId", "InvalidObjectName"),
        fixed_by="developer",
        help=_("The object storage refused the upload; report this error."),
    ),
    ErrorKind(
        label="access-denied",
        error=AccountProblem,
        codes=("AccessDenied",),
        fixed_by="account",
        help=_("The account may not do this; check the permissions of its API key."),
    ),
    ErrorKind(
        label="sandbox-host-refused",
        error=AccountProblem,
        codes=("HostNotAllowed",),
        fixed_by="developer",
        help=_("The sandbox does not serve this host name; start it with --allow-host."),
    ),
    ErrorKind(
        label="wrong-moment",
        error=InputRejected,
        codes=("UnsupportedOperation",),
        fixed_by="nobody",
        help=_("The API cannot do this now: only a waiting task can be canceled."),
    ),
    ErrorKind(
        label="wrong-address",
        error=AccountProblem,
        codes=("NotFound",),
        fixed_by="developer",
        help=_("The API does not know this address; correct BASE_URL."),
    ),
    # Throttling
    ErrorKind(
        label="throttled",
        error=Throttled,
        codes=("Throttling",),
        fixed_by="nobody",
        help=_(
            "The account sent too many requests; those of its other keys and programs count, too. "
            "Work resumes after a pause."
        ),
    ),
    ErrorKind(
        label="overloaded",
        error=Throttled,
        codes=("ModelServingError",),
        says=("too many requests",),
        fixed_by="nobody",
        help=_("The API has no free capacity; work resumes after a pause."),
    ),
    # Pictures that the API could not download
    ErrorKind(
        label="picture-slow",
        error=ServerFault,
        codes=("InvalidURL.Timeout",),
        fixed_by="developer",
        help=_(
            "The picture's host answered too slowly. Make it fast from China, or upload instead."
        ),
    ),
    ErrorKind(
        label="picture-not-downloaded",
        error=ServerFault,
        codes=("InvalidParameter",),
        says=(
            "download the media resource",
            "メディアリソースのダウンロードがタイムアウト",  # the Plus reference in Japanese
            "下载媒体资源超时",  # the same in Chinese
        ),
        fixed_by="developer",
        help=_("The picture's host must be public and fast from China. Otherwise upload instead."),
    ),
    ErrorKind(
        label="picture-out-of-reach",
        error=InputRejected,
        codes=("InvalidParameter",),
        says=("find the requested media resource", "access the media resource"),
        may_be_lost_upload=True,
        fixed_by="developer",
        help=_(
            "The picture's address is wrong, private or expired. Correct the storage, or upload "
            "instead."
        ),
    ),
    ErrorKind(
        label="picture-host-down",
        error=InputRejected,
        codes=("InvalidURL.ConnectionRefused", "BadRequest.InputDownloadFailed"),
        may_be_lost_upload=True,
        fixed_by="developer",
        help=_("The picture's host did not answer the API. Make it public, or upload instead."),
    ),
    ErrorKind(
        label="upload-not-resolved",
        error=InputRejected,
        says=("provided url does not appear to be valid",),
        may_be_lost_upload=True,
        fixed_by="developer",
        help=_("The API does not understand the picture's address; report this error."),
    ),
    # Pictures that the API does not accept
    ErrorKind(
        label="picture-unreadable",
        error=InputRejected,
        codes=("InvalidParameter",),
        says=("decode the image", "media format"),
        fixed_by="shop",
        help=_("The picture cannot be read; save it again as JPEG or PNG."),
    ),
    ErrorKind(
        label="picture-format",
        error=InputRejected,
        codes=("BadRequest.UnsupportedFileFormat",),
        fixed_by="shop",
        help=_("The picture's format is not accepted; save it as JPEG or PNG."),
    ),
    ErrorKind(
        label="picture-too-big",
        error=InputRejected,
        codes=("BadRequest.TooLarge", "EntityTooLarge"),
        fixed_by="shop",
        help=_("The file is too large; use a picture of at most 5 MB."),
    ),
    ErrorKind(
        label="picture-size",
        error=InputRejected,
        codes=("InvalidInputLength",),
        fixed_by="shop",
        help=_("Use a picture of 5 KB to 5 MB with sides between 150 and 4096 pixels."),
    ),
    ErrorKind(
        label="picture-address",
        error=InputRejected,
        codes=("InvalidURL",),
        may_be_lost_upload=True,
        fixed_by="shop",
        help=_("Save the picture as JPEG or PNG, and check that its address is public."),
    ),
    ErrorKind(
        label="person",
        error=InputRejected,
        codes=("InvalidPerson",),
        fixed_by="shop",
        help=_("Choose a photo of exactly one complete person from the front."),
        is_about_person=True,
    ),
    ErrorKind(
        label="garment",
        error=InputRejected,
        codes=("InvalidGarment",),
        fixed_by="shop",
        help=_(
            "The engine found no garment that it can use. Use a photo of one whole garment that "
            "lies flat on a plain background, without a person or other garments, and check its "
            "kind."
        ),
        is_about_garment=True,
    ),
    ErrorKind(
        label="content-refused",
        error=InputRejected,
        codes=("DataInspectionFailed", "IPInfringementSuspect"),
        fixed_by="shop",
        help=_(
            "The API's content check refused a picture. Choose one without offensive or "
            "copyrighted content."
        ),
    ),
    ErrorKind(
        label="refiner-size",
        error=InputRejected,
        says=("size of person image and coarse_image",),
        fixed_by="shop",
        help=_("Only a try-on in the size of the model photo can be refined."),
    ),
    ErrorKind(
        label="malformed-request",
        error=InputRejected,
        codes=("InvalidParameter", "invalid_parameter_error", "BadRequest", "InvalidArgument"),
        fixed_by="developer",
        help=_("The API does not accept a field of the request; report this error."),
    ),
    # Faults of the API
    ErrorKind(
        label="upload-name-taken",
        error=ServerFault,
        codes=("FileAlreadyExists",),
        fixed_by="nobody",
        help=_("An uploaded file has this name already; retry."),
    ),
    ErrorKind(
        label="server-fault",
        error=ServerFault,
        codes=(
            "InternalError",
            "SystemError",
            "ModelServiceFailed",
            "ModelServingError",
            "ModelUnavailable",
            "ServiceUnavailable",
        ),
        fixed_by="nobody",
        help=_("The API had an internal error; retry later."),
    ),
    # Answers without a code, which the API never sends: something else answered
    ErrorKind(
        label="foreign-refusal",
        error=ForeignAnswer,
        codes=(NO_CODE,),
        statuses=(*range(300, 400), 407, 511),
        fixed_by="developer",
        help=_(
            "A proxy or a login page answered instead of the API; the request will be retried. If "
            "this continues, check the server's proxy and network, and BASE_URL."
        ),
    ),
    ErrorKind(
        label="foreign-answer",
        error=ForeignAnswer,
        codes=(NO_CODE,),
        statuses={*range(400, 500)} - {429},
        may_have_arrived=True,
        fixed_by="developer",
        help=_(
            "A proxy or a login page answered instead of the API; the request will be retried. If "
            "this continues, check the server's proxy and network, and BASE_URL."
        ),
    ),
    # Unknown codes, by HTTP status
    HTTP_THROTTLED,
    ErrorKind(
        label="http-access-denied",
        error=AccountProblem,
        statuses=(401, 402, 403),
        fixed_by="account",
        help=_("The API refuses this account; check its key, permissions and bills."),
    ),
    ErrorKind(
        label="http-gateway-fault",
        error=ServerFault,
        codes=(NO_CODE,),
        statuses=range(500, 600),
        may_have_arrived=True,
        fixed_by="nobody",
        help=_("A gateway in front of the API failed; retry later."),
    ),
    ErrorKind(
        label="http-fault",
        error=ServerFault,
        statuses=range(500, 600),
        fixed_by="nobody",
        help=_("The API had an internal error; retry later."),
    ),
    ErrorKind(
        label="unknown",
        error=InputRejected,
        fixed_by="developer",
        help=_("The API gave a reason that this app does not know; read its message."),
    ),
)
