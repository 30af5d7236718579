using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using MultiEni.Simulator.Kubernetes.Access;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Operations;

namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>Answers the reviews by which clients ask who they are and what they may do.</summary>
internal static class Reviews
{
    private const string Authorization = "authorization.k8s.io";
    private const string Authentication = "authentication.k8s.io";

    public static async Task<Answer?> TryAnswerAsync(
        HttpRequest request,
        Route route,
        AccessControl access,
        UserInfo user,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        if (route.Group is not (Authorization or Authentication))
        {
            return null;
        }

        if (!HttpMethods.IsPost(request.Method))
        {
            throw StatusErrors.MethodNotAllowed();
        }

        var body = (await RequestBody.ReadAsync(request, cancellationToken)).Object;
        var spec = body["spec"] as JsonObject ?? [];
        switch (route.Resource)
        {
            case "selfsubjectaccessreviews":
                return Complete(body, route, Decide(access, user, spec));
            case "subjectaccessreviews" or "localsubjectaccessreviews":
                throw new NotSimulatedException("access reviews of others; who may impersonate can ask as them");
            case "selfsubjectrulesreviews":
                throw new NotSimulatedException("SelfSubjectRulesReview");
            case "selfsubjectreviews":
                body.Metadata()["creationTimestamp"] = ApiTime.Seconds(time.GetUtcNow());
                return Complete(body, route, new JsonObject { ["userInfo"] = user.ToJson() });
            case "tokenreviews":
                throw new NotSimulatedException("TokenReview");
            default:
                throw StatusErrors.UnknownPath();
        }
    }

    private static Answer.Body Complete(JsonObject review, Route route, JsonObject status)
    {
        review["apiVersion"] = $"{route.Group}/{route.Version}";
        review.Metadata();
        review["status"] = status;
        return Answer.Json(review, 201);
    }

    private static JsonObject Decide(AccessControl access, UserInfo user, JsonObject spec)
    {
        var decision = access.Decide(user, Asked(spec));
        var status = new JsonObject { ["allowed"] = decision.Roles.Count > 0 };
        if (decision.Reason.Length > 0)
        {
            status["reason"] = decision.Reason;
        }

        return status;
    }

    private static AccessRequest Asked(JsonObject spec)
    {
        if ((spec["resourceAttributes"] is null) == (spec["nonResourceAttributes"] is null))
        {
            throw new NotSimulatedException("an access review of other than one thing");
        }

        if (spec["nonResourceAttributes"] is JsonObject path)
        {
            return new AccessRequest(path.Text("verb") ?? "", "", "", "", "") { Path = path.Text("path") ?? "" };
        }

        var attributes = spec["resourceAttributes"] as JsonObject;
        var resource = attributes.Text("resource") ?? "";
        return new AccessRequest(
            attributes.Text("verb") ?? "",
            attributes.Text("group") ?? "",
            attributes.Text("subresource") is { Length: > 0 } subresource ? $"{resource}/{subresource}" : resource,
            attributes.Text("namespace") ?? "",
            attributes.Text("name") ?? ""
        );
    }
}
