using Microsoft.AspNetCore.Http;
using MultiEni.Simulator.Kubernetes.Access;
using MultiEni.Simulator.Kubernetes.Discovery;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Faults;
using MultiEni.Simulator.Kubernetes.Storage;

namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>The way of a request: who, may it, fault, effect, fault, answer.</summary>
internal sealed class RequestPipeline
{
    private readonly KubernetesSimulatorOptions _options;
    private readonly KubernetesFaults _faults;
    private readonly ObjectStore _store;
    private readonly DiscoveryRequests _discovery;
    private readonly AccessControl _access;
    private readonly AnswerWriter _writer;
    private readonly ServiceQueue _service;
    private readonly PodProxy _proxy;
    private readonly CancellationToken _stopping;
    private long _requests;

    public RequestPipeline(
        KubernetesSimulatorOptions options,
        ObjectStore store,
        KubernetesFaults faults,
        AccessControl access,
        PodPrograms pods,
        CancellationToken stopping
    )
    {
        _access = access;
        _proxy = new PodProxy(store, pods);
        _options = options;
        _store = store;
        _faults = faults;
        _discovery = new DiscoveryRequests(store.Registry);
        _writer = new AnswerWriter(store.Ledger, options);
        _service = new ServiceQueue(options.Capacity, options.TimeProvider);
        _stopping = stopping;
    }

    public async Task HandleAsync(HttpContext context)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping);
        try
        {
            await HandleAsync(context, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            context.Abort();
        }
    }

    private async Task HandleAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var route = Route.Parse(context.Request.Path.Value ?? "");
        var request = Describe(context.Request, route);
        var cost = TimeSpan.Zero;
        Answer answer;
        try
        {
            var user = _access.Identify(context.Request);
            request = request with { User = user.Name };
            _faults.Record(request);
            if (await StrikeAsync(context, request, FaultMoment.Before, 0, cancellationToken) is { } struck)
            {
                await _writer.WriteAsync(context, struck, cancellationToken);
                return;
            }

            if (context.RequestAborted.IsCancellationRequested)
            {
                return;
            }

            cost = ServerCapacity.CostOf(request, route?.Find(_store.Registry)?.IsCustom is true);
            await _service.ServeAsync(cost, cancellationToken);
            Authorize(request, route);
            _access.Authorize(user, request);
            answer = await AnswerAsync(context.Request, route, request, user, cancellationToken);
        }
        catch (StatusException refused)
        {
            _service.GiveBack(cost - ServerCapacity.CostOfReading);
            answer = Answer.Failure(refused);
        }
        catch (NotSimulatedException unknown)
        {
            _service.GiveBack(cost - ServerCapacity.CostOfReading);
            answer = Answer.Failure(new StatusException(501, "NotImplemented", unknown.Message));
        }
        catch (Exception bug) when (bug is not OperationCanceledException)
        {
            // What the simulator did not foresee must reach the person in front of the client, not
            // vanish in an empty answer.
            answer = Answer.Failure(new StatusException(500, "InternalError", $"Internal error occurred: {bug}"));
        }

        var code = answer is Answer.Body body ? body.Code : 200;
        answer = await StrikeAsync(context, request, FaultMoment.After, code, cancellationToken) ?? answer;
        if (!context.RequestAborted.IsCancellationRequested)
        {
            await _writer.WriteAsync(context, answer, cancellationToken);
        }
    }

    private async Task<Answer> AnswerAsync(HttpRequest request, Route? route, RequestInfo about, UserInfo user, CancellationToken cancellationToken)
    {
        if (_discovery.TryAnswer(request) is { } discovery)
        {
            return HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) ? discovery : throw StatusErrors.MethodNotAllowed();
        }

        if (route is null || !_discovery.Serves(route.Group, route.Version))
        {
            var path = (request.Path.Value ?? "").Trim('/').Split('/');
            if (path is ["api", _, "watch", ..] or ["apis", _, _, "watch", ..])
            {
                throw new NotSimulatedException("the paths below /watch/; the parameter watch=1 does the same");
            }

            var isServed =
                path.Length > 2 && (path[0] == "api" ? _discovery.Serves("", path[1]) : path[0] == "apis" && _discovery.Knows(path[1], path[2]));
            return isServed ? throw StatusErrors.UnknownPath() : Answer.UnknownPage;
        }

        return await Reviews.TryAnswerAsync(request, route, _access, user, _options.TimeProvider, cancellationToken)
            ?? await _proxy.TryAnswerAsync(request, route, cancellationToken)
            ?? await ResourceRequest.AnswerAsync(
                _store,
                _options.TimeProvider,
                request,
                route,
                _access.Admission(user, about),
                _access.ClaimRights(user, about),
                cancellationToken
            );
    }

    // A connection that is reset takes no answer: the null then means that there is nothing left to
    // send.
    private async Task<Answer?> StrikeAsync(
        HttpContext context,
        RequestInfo request,
        FaultMoment moment,
        int code,
        CancellationToken cancellationToken
    )
    {
        switch (await _faults.StrikeAsync(request, moment, code))
        {
            case FaultAction.Fail fail:
                return Answer.Failure(FaultAnswers.For(fail, request));
            case FaultAction.Disconnect:
                context.Abort();
                throw new OperationCanceledException(context.RequestAborted);
            case FaultAction.Delay delay:
                await Task.Delay(delay.Time, _options.TimeProvider, cancellationToken);
                return null;
            case FaultAction.Hold hold:
                await hold.Release.WaitAsync(cancellationToken);
                return null;
            default:
                return null;
        }
    }

    private void Authorize(RequestInfo request, Route? route)
    {
        if (_options.Authorizer?.Invoke(request) is not { } why)
        {
            return;
        }

        var resource = route?.Find(_store.Registry) ?? throw new StatusException(403, "Forbidden", why);
        throw StatusErrors.Forbidden(resource, request.Name, why);
    }

    private RequestInfo Describe(HttpRequest request, Route? route) =>
        new()
        {
            Number = Interlocked.Increment(ref _requests),
            Verb = route?.Verb(request) ?? request.Method,
            Path = request.Path.Value ?? "",
            Query = request.QueryString.Value ?? "",
            Group = route?.Group ?? "",
            Version = route?.Version ?? "",
            Resource = route?.Resource ?? "",
            Subresource = route?.Subresource ?? "",
            Namespace = route?.Namespace ?? "",
            Name = route?.Name ?? "",
            ContentType = MediaTypes.Bare(request.ContentType),
            UserAgent = Route.ClientOf(request),
        };
}
