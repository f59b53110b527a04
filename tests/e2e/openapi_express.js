// A shop by Express with swagger-jsdoc: OpenAPI 3.0 out of comments, and version 2.0 beside it. Arguments: PORT.
const express = require('express');
const swagger = require('swagger-jsdoc');

const app = express();
app.use(express.json());

/**
 * @openapi
 * /orders/{id}:
 *   parameters: [{name: id, in: path, required: true, schema: {type: string}}]
 *   get:
 *     operationId: getOrder
 *     parameters: [{name: fields, in: query, explode: false, schema: {type: array, items: {type: string}}}]
 *     responses: {200: {description: the order}}
 *   patch:
 *     operationId: changeOrder
 *     requestBody: {content: {application/json: {schema: {type: object, properties: {count: {type: integer}, gift: {type: boolean}}}}}}
 *     responses: {200: {description: the order}}
 */
app.get('/orders/:id', (request, response) => response.json({called: 'get', id: request.params.id, fields: request.query.fields}));
app.patch('/orders/:id', (request, response) => response.json({called: 'change', id: request.params.id, body: request.body}));

const made = swagger({definition: {openapi: '3.0.0', info: {title: 'orders', version: '1'}}, apis: [__filename]});
const older = swagger({definition: {swagger: '2.0', info: {title: 'orders', version: '1'}, basePath: '/'}, apis: []});
older.paths = {'/orders/{id}': {get: {operationId: 'oldGet', parameters: [{name: 'id', in: 'path', required: true, type: 'string'}, {name: 'fields', in: 'query', type: 'array', items: {type: 'string'}, collectionFormat: 'multi'}]}}};
app.get('/api-docs', (request, response) => response.json(made));
app.get('/old', (request, response) => response.json(older));
app.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('listening'));
