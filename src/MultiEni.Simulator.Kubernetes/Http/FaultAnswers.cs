using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Faults;

namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>Failures made on demand, in the words of the API server.</summary>
internal static class FaultAnswers
{
    public static StatusException For(FaultAction.Fail fail, RequestInfo request)
    {
        var (reason, message) = fail.Code switch
        {
            401 => ("Unauthorized", "Unauthorized"),
            403 => ("Forbidden", $"{request.Resource} \"{request.Name}\" is forbidden"),
            404 => ("NotFound", $"{request.Resource} \"{request.Name}\" not found"),
            409 => (
                "Conflict",
                $"Operation cannot be fulfilled on {request.Resource} \"{request.Name}\": the object has been modified; please apply your changes to the latest version and try again"
            ),
            410 => ("Expired", "The resourceVersion for the provided list is too old"),
            429 => ("TooManyRequests", "Too many requests, please try again later."),
            500 => ("InternalError", "Internal error occurred: etcdserver: leader changed"),
            503 => ("ServiceUnavailable", "the server is currently unable to handle the request"),
            504 => ("Timeout", "request did not complete within the allotted timeout"),
            _ => ("", $"the server responded with the status code {fail.Code}"),
        };
        return new StatusException(fail.Code, reason, message) { RetryAfterSeconds = fail.RetryAfterSeconds };
    }
}
