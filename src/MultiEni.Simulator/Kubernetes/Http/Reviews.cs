using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>Answers the reviews by which clients ask what they may do: everything.</summary>
internal static class Reviews
{
    public static async Task<Answer?> TryAnswerAsync(HttpRequest request, Route route, CancellationToken cancellationToken)
    {
        if (!HttpMethods.IsPost(request.Method))
        {
            return null;
        }

        switch (route.Group, route.Resource)
        {
            case ("authorization.k8s.io", "selfsubjectaccessreviews"):
                return await CompleteAsync(
                    request,
                    new JsonObject { ["allowed"] = true, ["reason"] = "the simulated API server allows everything" },
                    cancellationToken
                );
            case ("authentication.k8s.io", "selfsubjectreviews"):
                return await CompleteAsync(
                    request,
                    new JsonObject
                    {
                        ["userInfo"] = new JsonObject { ["username"] = "simulated-user", ["groups"] = new JsonArray("system:authenticated") },
                    },
                    cancellationToken
                );
            default:
                return null;
        }
    }

    private static async Task<Answer> CompleteAsync(HttpRequest request, JsonObject status, CancellationToken cancellationToken)
    {
        var review = await RequestBody.ReadObjectAsync(request, cancellationToken);
        review["status"] = status;
        return Answer.Json(review, 201);
    }
}
