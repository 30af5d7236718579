using System.Text.Json;
using Microsoft.AspNetCore.Http;
using MultiEni.Operator.LeaderElection;

namespace MultiEni.Operator.Tests.LeaderElection;

/// <summary>The Lease resource with optimistic concurrency, and a switch for trouble.</summary>
public sealed class LeaseServer
{
    private readonly Lock _gate = new();
    private Lease? _stored;
    private int _version;

    /// <summary>Runs in place of the next requests while it returns an answer.</summary>
    public Func<ApiCall, Func<HttpContext, Task>?> Trouble { get; set; } = _ => null;

    public Lease? Stored
    {
        get
        {
            lock (_gate)
            {
                return _stored;
            }
        }
    }

    public List<string> Bodies { get; } = [];

    public void Put(string holder, int transitions) =>
        Change(
            new Lease
            {
                Spec = new LeaseSpec
                {
                    HolderIdentity = holder,
                    LeaseDurationSeconds = 15,
                    LeaseTransitions = transitions,
                },
            }
        );

    public void Touch() => Change(Stored! with { Spec = Stored!.Spec with { RenewTime = Stored!.Spec.RenewTime.GetValueOrDefault().AddSeconds(1) } });

    public void Attach(TestApi api) =>
        api.On(_ => true, context => Trouble(TestApi.CallOf(context)) is { } trouble ? trouble(context) : AnswerAsync(context));

    private void Change(Lease lease)
    {
        lock (_gate)
        {
            _stored = lease with { Metadata = lease.Metadata with { Namespace = "system", Name = "lock", ResourceVersion = $"{++_version}" } };
        }
    }

    /// <summary>What a server without trouble says.</summary>
    public Task AnswerAsync(HttpContext context)
    {
        var call = TestApi.CallOf(context);
        lock (_gate)
        {
            if (call.Body.Length > 0)
            {
                Bodies.Add(call.Body);
            }

            switch (call.Method)
            {
                case "GET" when _stored is null:
                    return TestApi.Refuse(404, "NotFound")(context);
                case "GET":
                    break;
                case "POST" when _stored is not null:
                    return TestApi.Refuse(409, "AlreadyExists")(context);
                case "PUT" when _stored is null:
                    return TestApi.Refuse(404, "NotFound")(context);
                case "PUT" when Parse(call.Body).Metadata.ResourceVersion != _stored.Metadata.ResourceVersion:
                    return TestApi.Refuse(409, "Conflict")(context);
                default:
                    Change(Parse(call.Body));
                    break;
            }

            return TestApi.Json(JsonSerializer.Serialize(_stored!, OperatorJson.Default.Lease))(context);
        }
    }

    private static Lease Parse(string body) => JsonSerializer.Deserialize(body, OperatorJson.Default.Lease)!;
}
