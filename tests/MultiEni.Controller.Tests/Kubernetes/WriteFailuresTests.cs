using Microsoft.Extensions.Time.Testing;
using MultiEni.Api.Kubernetes;
using MultiEni.Controller.Kubernetes;
using MultiEni.Operator.Client;

namespace MultiEni.Controller.Tests.Kubernetes;

public sealed class WriteFailuresTests
{
    private readonly FakeTimeProvider _time = new(A.Noon);
    private readonly WriteFailures _failures;
    private int _changes;

    public WriteFailuresTests()
    {
        _failures = new WriteFailures(_time);
        _failures.Changes.Subscribe(_ => _changes++);
    }

    [Fact]
    public void What_is_refused_longer_than_a_hiccup_shows_until_it_is_accepted()
    {
        Observe("apply", "eniattachments", "a", Refusal(422));
        Assert.Empty(_failures.Current);
        Assert.Equal(TimeSpan.FromSeconds(3), _failures.NextChange);

        _time.Advance(TimeSpan.FromSeconds(3));
        Observe("apply", "eniattachments", "a", Refusal(422));
        var failure = Assert.Single(_failures.Current);
        Assert.Equal(("eniattachments", "a"), (failure.Resource, failure.Key.Name));
        Assert.Contains("the server's words", failure.Message, StringComparison.Ordinal);

        Observe("delete", "eniattachments", "a", null);
        Assert.Empty(_failures.Current);
        Assert.Equal(2, _changes);
    }

    [Fact]
    public void What_is_not_tried_any_more_is_forgotten()
    {
        Observe("apply", "eniattachments", "a", new TimeoutException("no answer"));
        _time.Advance(TimeSpan.FromMinutes(9));
        Assert.Single(_failures.Current);

        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Empty(_failures.Current);
        Assert.Null(_failures.NextChange);
    }

    [Theory]
    [InlineData("apply", "eniattachments/status", 404)]
    [InlineData("patch", "eniattachments", 404)]
    [InlineData("apply", "eniattachments/status", 409)]
    [InlineData("patch", "nodes", 409)]
    public void An_object_that_is_gone_or_changed_is_no_refusal(string verb, string resource, int code)
    {
        Observe(verb, resource, "a", Refusal(code));
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Empty(_failures.Current);
    }

    // As a kube-apiserver answers a test that fails, and as it tells what a webhook said.
    [Theory]
    [InlineData("the server rejected our request due to an error in our request", 0)]
    [InlineData("admission webhook \"x\" denied the request: no", 1)]
    public void A_patch_of_what_has_changed_is_no_refusal_but_one_that_is_denied_is(string message, int failing)
    {
        var status = new KubernetesStatus
        {
            Code = 422,
            Reason = "Invalid",
            Message = message,
        };
        Observe("patch", "eniattachments", "a", new KubernetesApiException("patch eniattachments a", status));
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(failing, _failures.Current.Count);
    }

    [Fact]
    public void A_kind_that_does_not_exist_is_one()
    {
        Observe("apply", "network-attachment-definitions", "a", Refusal(404));
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Single(_failures.Current);
    }

    [Fact]
    public void Events_count_as_one()
    {
        Observe("create", "events", "a.1", Refusal(403));
        Observe("create", "events", "a.2", Refusal(403));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Single(_failures.Current);

        Observe("create", "events", "a.3", null);
        Assert.Empty(_failures.Current);
    }

    private void Observe(string verb, string resource, string name, Exception? failure) =>
        _failures.Observe(new WriteOutcome(verb, resource, ObjectKey.Cluster(name), failure));

    private static KubernetesApiException Refusal(int code) => new("apply x", new KubernetesStatus { Code = code, Message = "the server's words" });
}
