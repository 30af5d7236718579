using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using MultiEni.Simulator.Kubernetes.Access;

namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>Answers the reviews by which clients ask who they are and what they may do.</summary>
internal static class Reviews
{
    public static async Task<Answer?> TryAnswerAsync(
        HttpRequest request,
        Route route,
        AccessControl access,
        UserInfo user,
        CancellationToken cancellationToken
    )
    {
        if (!HttpMethods.IsPost(request.Method))
        {
            return null;
        }

        switch (route.Group, route.Resource)
        {
            case ("authorization.k8s.io", "selfsubjectaccessreviews"):
                return await CompleteAsync(request, review => new JsonObject { ["allowed"] = access.Allows(user, Asked(review)) }, cancellationToken);
            case ("authentication.k8s.io", "selfsubjectreviews"):
                return await CompleteAsync(request, _ => new JsonObject { ["userInfo"] = user.ToJson() }, cancellationToken);
            default:
                return null;
        }
    }

    private static async Task<Answer> CompleteAsync(HttpRequest request, Func<JsonObject, JsonObject> status, CancellationToken cancellationToken)
    {
        var review = await RequestBody.ReadObjectAsync(request, cancellationToken);
        review["status"] = status(review);
        return Answer.Json(review, 201);
    }

    private static AccessRequest Asked(JsonObject review)
    {
        var attributes = review["spec"]?["resourceAttributes"] as JsonObject;
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
