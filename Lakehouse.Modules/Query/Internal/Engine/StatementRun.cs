using System.Buffers;
using Lakehouse.Core.Errors;
using Lakehouse.DuckDb;
using Lakehouse.Query.Internal.Answers;
using Lakehouse.Query.Internal.Datasets;
using Lakehouse.Query.Internal.Exchange;
using Lakehouse.Query.Internal.Gate;
using Lakehouse.Query.Internal.Gate.Tokens;
using Lakehouse.Query.Internal.Vectors;

namespace Lakehouse.Query.Internal.Engine;

/// <summary>
/// A judged statement on an engine, from its planning to its last row. Every call blocks. One thread at a time may use it, except for <see cref="Interrupt"/>.
/// Errors of the engine are thrown as <see cref="Core.Errors.LakehouseException"/>, without the paths of the host.
/// </summary>
internal sealed class StatementRun : IDisposable
{
    private const int TriesMax = 4;

    /// <summary>Plans of more columns are not kept, because of their memory.</summary>
    private const int KeptColumnsMax = 1_000;

    /// <summary>Values that are bound stay with a kept plan, so that only small ones may.</summary>
    private const int KeptParametersMax = 4_096;

    private readonly EngineInstance _engine;
    private readonly StatementRequest _request;
    private readonly JudgedStatement _statement;
    private readonly StatementErrors _errors;
    private readonly StatementViews _views;
    private readonly SqlGate _gate;
    private readonly DuckDbConnection _connection;
    private readonly VectorScope _vectors;
    private readonly IDisposable _help;
    private readonly IAnswerForm? _form;
    private KeptPlan? _plan;
    private DuckDbStatement? _prepared;
    private IReadOnlyList<DuckDbColumn> _columns = [];
    private IAnswerBody? _body;
    private bool _isWrapped;
    private bool _isInTransaction;
    private bool _isComplete;
    private volatile bool _isStopped;

    /// <param name="engine">The engine.</param>
    /// <param name="gate">Judges the views that it reads.</param>
    /// <param name="request">The statement.</param>
    /// <param name="statement">The judgement.</param>
    /// <param name="errors">Translates the engine's errors.</param>
    public StatementRun(EngineInstance engine, SqlGate gate, StatementRequest request, JudgedStatement statement, StatementErrors errors)
    {
        (_engine, _gate, _request, _statement, _errors) = (engine, gate, request, statement, errors);
        _views = new StatementViews(gate, statement);
        _form = AnswerForms.For(request, statement, errors.Paths);
        _plan = statement.IsRepeatable ? engine.Plans.Take(request.Sql, request.Scope) : null;
        _connection = _plan?.Connection ?? engine.Connect();
        _vectors = engine.Vectors.Begin(_connection, request.Caller);
        _help = engine.Helpers.Enter();
    }

    /// <summary>What is known of the answer, after <see cref="TryStart"/>.</summary>
    public StatementHead Head { get; private set; } = StatementHead.None;

    /// <summary>
    /// The engine's estimate of the work done, from 0 to 1; null where it has none. May be called from another thread until it is disposed of.
    /// </summary>
    public double? Progress => _connection.Progress;

    /// <summary>How many rows were written so far.</summary>
    public long RowCount => _body?.RowCount ?? 0;

    /// <summary>Cancelled when the statement is stopped. Passed to the calls of its vector functions.</summary>
    public CancellationToken Stopping => _vectors.Stopping;

    /// <summary>What the statement needs from the catalog. It can change, because other statements change what the engine knows.</summary>
    public DatasetNeeds Needs => new([.. _views.Tables.Select(t => (t.Name, t.IsQualified, _engine.Views.Find(t.Name)))]);

    /// <summary>Whether it needs anything from the catalog.</summary>
    public bool HasNeeds => _statement.Tables.Count > 0;

    /// <summary>Plans, executes, and fetches the first rows.</summary>
    /// <param name="datasets">The answer to <see cref="Needs"/>; null when nothing was needed.</param>
    /// <param name="isExpected">Whether nobody has asked for them: they are what the same text needed before.</param>
    /// <returns>False when the answer does not fit what the engine knows by now: <see cref="Needs"/> must be answered again.</returns>
    public bool TryStart(DatasetChanges? datasets, bool isExpected = false) => Do(() =>
    {
        if (datasets is not null && !TryTake(datasets, isExpected))
        {
            return false;
        }

        var found = datasets is null ? [] : _views.Found;
        if (_statement.IsExplain && found.FirstOrDefault(d => d.Guard is not null) is { } guarded)
        {
            throw GateErrors.Forbidden($"a plan would show more of '{guarded.Name}' than the profile sees, so that EXPLAIN is not for it");
        }

        if (_plan?.Versions.SequenceEqual(ReadVersions(found)) != true)
        {
            _plan?.DropViews();
            if (!TryDefine(found))
            {
                return false;
            }
        }

        // Another statement may replace a view by one of a newer version at any time, also while this one is being planned.
        for (var tries = 1; ; tries++)
        {
            var versions = Begin(found, isLast: tries == TriesMax);
            try
            {
                Start(_statement.Resolve(_connection), versions);
            }
            catch (Exception error) when (IsOfEngine(error) && tries < TriesMax && !_isStopped && !IsStill(versions, found))
            {
                continue; // what it was to read has gone meanwhile
            }

            if (tries == TriesMax || IsStill(versions, found))
            {
                Head = new StatementHead(
                    [.. _columns.Select(c => new QueryColumn(c.Name, c.Type.Name))], versions, _views.IsRepeatable,
                    [.. found.Where(d => d.Table is null).Select(d => d.Name)]);
                return true;
            }
        }
    });

    /// <summary>Writes what was fetched.</summary>
    public void Write(IBufferWriter<byte> output) => Do(() =>
    {
        _body!.Write(output);
        return true;
    });

    /// <summary>Fetches the next rows.</summary>
    /// <returns>False when there are no more; <see cref="WriteEnd"/> is called next.</returns>
    public bool MoveNext() => Do(() => _body!.MoveNext());

    /// <summary>Writes the bytes after the last row.</summary>
    public void WriteEnd(IBufferWriter<byte> output)
    {
        _body!.End(output);
        _isComplete = true;
    }

    /// <summary>Tells the running step to stop. Must be called repeatedly until it has: a call between two steps of the engine is lost.</summary>
    public void Interrupt()
    {
        _isStopped = true;
        _vectors.Stop();
        _connection.Interrupt();
    }

    public void Dispose()
    {
        _body?.Dispose();
        _help.Dispose();
        _vectors.Dispose();
        if (CanKeep)
        {
            _engine.Plans.Add(new KeptPlan(_request.Sql, _request.Scope, _connection, _prepared!, Head.Datasets, [.. OwnViews.Select(v => v.Name)]));
            return;
        }

        _plan?.Statement.Dispose();
        _prepared?.Dispose();
        _connection.Dispose();
    }

    /// <summary>Whether the same text can run on the same plan again: not one that has failed, and not one whose connection has views of its own.</summary>
    private bool CanKeep => _isComplete && !_isStopped && !_isWrapped && !_isInTransaction
        && Head is { IsRepeatable: true, ReadsNewest: true } && _form is not null
        && _request.Purpose == StatementPurpose.Answer
        && _columns.Count <= KeptColumnsMax && (_request.Parameters?.Length ?? 0) <= KeptParametersMax && _request.Sql.Length <= PlanPool.TextMax
        && Head.Datasets.SequenceEqual(ReadVersions(Head.Datasets.Count == 0 ? [] : _views.Found));

    /// <summary>The views of its connection alone, of those that other statements share.</summary>
    private IEnumerable<DatasetFiles> OwnViews => Head.Datasets.Count == 0 ? [] : _views.Ordered.Concat(_views.Found.Where(d => d.Guard is not null));

    private void Start(string sql, IReadOnlyList<DatasetRead> versions)
    {
        _body?.Dispose();
        _body = null;
        if (_plan is not null && _plan.Versions.SequenceEqual(versions))
        {
            _prepared = _plan.Statement;
        }
        else
        {
            _plan?.Statement.Dispose();
            Prepare(sql);
        }

        _plan = null;
        if (_prepared!.Kind is not (DuckDbStatementKind.Select or DuckDbStatementKind.Explain))
        {
            throw GateErrors.Forbidden("it is no SELECT");
        }

        _body = _request.Purpose == StatementPurpose.Definition ? Define(sql) : _form is null ? CopyToPipe(sql) : Stream(sql, _form);
    }

    /// <summary>Makes a view of the statement for this connection, which shows whether it can be one.</summary>
    private NoBody Define(string sql)
    {
        const string Name = "definition@"; // which no dataset can have
        _statement.RequireDefinition();
        _isWrapped = true;
        _connection.Execute(EngineViews.TemporaryView(Name, WithoutEnd(sql)));
        Prepare($"FROM {DuckDbSql.Identifier(Name)}");
        _columns = _prepared!.Columns;
        return new NoBody();
    }

    /// <summary>
    /// The version that each table is read in now: of a shared view the engine's, which another statement may have made newer. Before the views are defined,
    /// the version that the view will have.
    /// </summary>
    private DatasetRead[] ReadVersions(IReadOnlyList<DatasetFiles> found) =>
    [
        .. found.Select(d => new DatasetRead(
            d.Name, IsShared(d) && _engine.Views.Find(d.Name) is { } known ? Math.Max(known.Version, d.Version) : d.Version))
    ];

    /// <summary>Whether the engine has refused something, which may be told in other words.</summary>
    private static bool IsOfEngine(Exception error) => error is DuckDbException or LakehouseException { InnerException: DuckDbException };

    /// <summary>Whether it is read by a view that all statements of the engine share.</summary>
    private static bool IsShared(DatasetFiles dataset) => dataset.Table is null && dataset.View is null;

    /// <summary>
    /// Whether the views were at these versions all the time. What changes is looked at first: a change that ends between the two shows in them.
    /// </summary>
    private bool IsStill(DatasetRead[] versions, IReadOnlyList<DatasetFiles> found) =>
        !found.Any(d => IsShared(d) && _engine.Views.IsChanging(d.Name)) && versions.SequenceEqual(ReadVersions(found));

    /// <summary>
    /// Begins a try: in a transaction of its own, which ends with the connection, where the text is made of the data. A statement that others have overtaken
    /// again and again begins one while no view changes, and they stay for it as they are then.
    /// </summary>
    private DatasetRead[] Begin(IReadOnlyList<DatasetFiles> found, bool isLast)
    {
        _body?.Dispose();
        _body = null;
        if (_isInTransaction)
        {
            _connection.Execute("ROLLBACK");
            _isInTransaction = false;
        }

        if (!isLast)
        {
            var versions = ReadVersions(found);
            BeginTransaction(isNeeded: !_statement.IsFixed);
            return versions;
        }

        DatasetRead[] fixedVersions = [];
        _engine.Views.Hold(() =>
        {
            BeginTransaction(isNeeded: true);
            foreach (var shared in found.Where(IsShared))
            {
                // A transaction sees of each database what is there when it first looks.
                _connection.Prepare($"FROM memory.main.{DuckDbSql.Identifier(shared.Name)}").Dispose();
            }

            fixedVersions = ReadVersions(found);
        });
        return fixedVersions;
    }

    private void BeginTransaction(bool isNeeded)
    {
        if (isNeeded)
        {
            _connection.Execute("BEGIN TRANSACTION");
            _isInTransaction = true;
        }
    }

    private ChunkBody Stream(string sql, IAnswerForm form)
    {
        if (_request.Format == AnswerFormat.Arrow)
        {
            var whole = WithoutEnd(sql);
            var wrapped = ExchangeTypes.Wrap(whole, ReadColumns(whole), ExchangeTarget.Arrow);
            if (wrapped != whole)
            {
                PrepareWrapped(wrapped);
            }
        }

        ParameterBinder.Bind(_prepared!, _request.Parameters);
        var body = new ChunkBody(_prepared!, form, _request.Rows, _connection.Interrupt);
        _columns = body.Columns;
        return body;
    }

    private ParquetBody CopyToPipe(string sql)
    {
        var whole = WithoutEnd(sql);
        _columns = ReadColumns(whole);
        var isStored = _request.Purpose == StatementPurpose.Storage;
        var select = ExchangeTypes.Wrap(whole, _columns, isStored ? ExchangeTarget.Dataset : ExchangeTarget.Parquet);
        if (isStored && select != whole)
        {
            PrepareWrapped(select);
            _columns = ReadColumns(select);
        }

        var pipe = _engine.Pipes.Open();
        try
        {
            PrepareWrapped(ParquetBody.CopyTo(select, pipe.Path, _request.Rows, isStored, _columns, _request.FieldIds));
            ParameterBinder.Bind(_prepared!, _request.Parameters);
        }
        catch
        {
            pipe.Dispose();
            throw;
        }

        return new ParquetBody(_prepared!, pipe, _request.Rows);
    }

    /// <summary>
    /// The columns of the prepared statement. The engine knows their types only with the values of the parameters, so that a statement with parameters is
    /// run without rows; then names that are there twice have become unique.
    /// </summary>
    private IReadOnlyList<DuckDbColumn> ReadColumns(string sql)
    {
        if (_prepared!.ParameterCount == 0)
        {
            return _prepared.Columns;
        }

        using var empty = _connection.Prepare($"SELECT * FROM (\n{sql}\n) LIMIT 0");
        ParameterBinder.Bind(empty, _request.Parameters);
        using var result = empty.Execute();
        return result.Columns;
    }

    private void Prepare(string sql)
    {
        _prepared?.Dispose();
        _prepared = null;
        _prepared = _connection.Prepare(sql);
    }

    /// <summary>
    /// Prepares a text that was made of the statement, which the engine has accepted as it is: what it says about the new one would not help its author.
    /// </summary>
    private void PrepareWrapped(string sql)
    {
        try
        {
            Prepare(sql);
            _isWrapped = true;
        }
        catch (DuckDbException error) when (error.Kind == DuckDbErrorKind.Other)
        {
            throw StatementErrors.NoForm(_request.Format!.Value, error);
        }
    }

    /// <summary>The text without the semicolon at its end, so that it can be put in brackets.</summary>
    private static string WithoutEnd(string sql)
    {
        var tokens = SqlToken.Split(sql);
        var end = sql.Length;
        for (var i = tokens.Count - 1; i >= 0 && tokens[i].Is(sql, ";"); i--)
        {
            end = tokens[i].Start;
        }

        return sql[..end];
    }

    private bool TryTake(DatasetChanges datasets, bool isExpected)
    {
        var found = new Dictionary<string, DatasetFiles?>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < datasets.Named.Count; i++)
        {
            found[isExpected ? datasets.Named[i]!.Name : _views.Tables[i].Name] = datasets.Named[i];
        }

        return _views.TryTake(found, isExpected);
    }

    private bool TryDefine(IReadOnlyList<DatasetFiles> found)
    {
        foreach (var dataset in found.Where(d => d.View is null))
        {
            try
            {
                if (dataset.Table is not null)
                {
                    DefineGuarded(dataset, () => _connection.Execute(EngineViews.TemporaryView(dataset)));
                }
                else if (!_engine.Views.TryDefine(dataset))
                {
                    return false;
                }
                else if (dataset.Guard is not null)
                {
                    DefineGuarded(dataset, () => _connection.Execute(EngineViews.GuardedView(dataset)));
                }
            }
            catch (DuckDbException error) when (error.Kind == DuckDbErrorKind.Other)
            {
                throw _errors.Misregistered(dataset.Name, error);
            }
        }

        foreach (var view in found.Count == 0 ? [] : _views.Ordered)
        {
            try
            {
                _connection.Execute(EngineViews.TemporaryView(view.Table ?? view.Name, WithoutEnd(view.View!)));
            }
            catch (DuckDbException error) when (error.Kind is DuckDbErrorKind.Other)
            {
                throw EngineErrors.InvalidView(view.Name, _errors.Translate(error, isWrapped: true));
            }
        }

        return true;
    }

    /// <summary>
    /// Makes the view of what a caller sees. What is wrong with it is for whoever wrote the profile: the message would show columns and values.
    /// </summary>
    private void DefineGuarded(DatasetFiles dataset, Action define)
    {
        if (dataset.Guard is null)
        {
            define();
            return;
        }

        try
        {
            _gate.Judge(dataset.Guard.Select(GuardText.Table), int.MaxValue).RequireGuard();
            define();
        }
        catch (Exception error) when (error is LakehouseException or DuckDbException { Kind: DuckDbErrorKind.Other })
        {
            throw EngineErrors.GuardFailed(dataset.Name, error);
        }
    }

    private T Do<T>(Func<T> step)
    {
        if (_isStopped)
        {
            throw StatementErrors.Stopped();
        }

        try
        {
            return step();
        }
        catch (DuckDbException) when (_vectors.Error is not null)
        {
            throw StatementErrors.Locate(_vectors.Error!, _request.Sql, _statement.Calls);
        }
        catch (DuckDbException error) when (error.Kind == DuckDbErrorKind.Interrupted && _isStopped)
        {
            throw StatementErrors.Stopped();
        }
        catch (DuckDbException error)
        {
            throw _errors.Translate(error, _isWrapped);
        }
    }
}
