using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes;
using MultiEni.Simulator.Kubernetes.Access;

namespace MultiEni.Simulator.Tests.Kubernetes;

/// <summary>
/// Requests to a real kube-apiserver and what it answered, under policies of which some read fields that are absent: recorded-admission.json holds the
/// roles and policies, and each request with the answer to each user.
/// </summary>
public sealed class RecordedAdmissionTests : ServerFixture
{
    private static readonly JsonObject Recorded = JsonNode
        .Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Kubernetes", "recorded-admission.json")))!
        .AsObject();

    protected override KubernetesSimulatorOptions Options => new() { EnforcesAccess = true };

    public static TheoryData<string> Cases => [.. Recorded["cases"]!.AsArray().Select(entry => entry!["case"]!.GetValue<string>())];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Every_user_gets_the_answer_of_the_real_API_server(string name)
    {
        var recorded = Recorded["cases"]!.AsArray().Single(entry => entry!["case"]!.GetValue<string>() == name)!;
        foreach (var obj in Recorded["objects"]!.AsArray())
        {
            Assert.Equal(
                "201",
                await AnswerAsync(user: null, new JsonObject { ["method"] = "POST", ["path"] = obj!["path"]!.DeepClone() }, obj["body"])
            );
        }

        foreach (var request in recorded["before"]!.AsArray())
        {
            Assert.StartsWith("20", await AnswerAsync(request!["as"]?.GetValue<string>(), request, request["body"]), StringComparison.Ordinal);
        }

        var expected = recorded["answers"]!.AsObject();
        var answers = new JsonObject();
        foreach (var (user, _) in expected)
        {
            answers[user] = await AnswerAsync(user, recorded["request"]!, recorded["request"]!["body"]);
        }

        Assert.NotEmpty(expected);
        Assert.Equal(expected.ToString(), answers.ToString());
    }

    private async Task<string> AnswerAsync(string? user, JsonNode request, JsonNode? body)
    {
        var token = user is null ? null : Server.Access.IssueToken(Read(Recorded["users"]![user]!));
        using var client = new ApiClient(Server, token: token);
        var answer = await client.SendAsync(
            HttpMethod.Parse(request["method"]!.GetValue<string>()),
            request["path"]!.GetValue<string>(),
            body?.ToJsonString(),
            request["contentType"]?.GetValue<string>() ?? "application/json"
        );
        return (int)answer.Code < 400 ? $"{(int)answer.Code}" : $"{(int)answer.Code} {answer.Message}";
    }

    private static UserInfo Read(JsonNode user) =>
        new(user["user"]!.GetValue<string>(), Texts(user["groups"]!))
        {
            Extra = (user["extra"] as JsonObject ?? []).ToDictionary(entry => entry.Key, entry => Texts(entry.Value!), StringComparer.Ordinal),
        };

    private static IReadOnlyList<string> Texts(JsonNode list) => [.. list.AsArray().Select(text => text!.GetValue<string>())];
}
